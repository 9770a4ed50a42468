"""Selecting on browse pages: check marks, modifier keys, arrow keys."""

import re

import pytest
from playwright.sync_api import expect
from tests.patience import eventually

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
SOON = {"timeout": 20_000}
IDS = "() => document.querySelector('#browse').selection.ids"


@pytest.fixture
def page(same_tab):
    return same_tab


@pytest.fixture
def shelf(page, served):
    """The dataset of mitosis in a tab."""
    page.goto(f"{served.url}/image/{served.image_id('mitosis_5d.ome.tif')}/")
    page.locator(".trail a").last.click()
    page.locator('.gallery[data-state="ready"]').wait_for(**SOON)
    page.locator("#browse .check").first.wait_for(state="attached", **SOON)
    return page


def ids(page):
    return [(thing["kind"], thing["id"]) for thing in page.evaluate(IDS)]


def has_picked(page, things):
    """Wait until that is selected, and nothing else."""

    def check():
        assert ids(page) == things

    eventually(page, check)


def shown(page):
    """What stands on the page, in order."""
    found = page.locator("#browse [data-item]").evaluate_all(
        "items => items.map(i => [i.dataset.kind, Number(i.dataset.id)])"
    )
    return [tuple(thing) for thing in found]


def test_check_marks_and_clicks_with_keys(shelf):
    there = shown(shelf)
    assert len(there) >= 4
    items = shelf.locator("#browse [data-item]")
    expect(items.nth(0).locator(".check")).to_have_css("opacity", "0", **SOON)
    items.nth(0).hover()
    expect(items.nth(0).locator(".check")).to_have_css("opacity", "1", **SOON)
    items.nth(0).locator(".check").click()
    has_picked(shelf, [there[0]])
    expect(items.nth(0).get_by_role("checkbox")).to_be_checked()
    expect(items.nth(1).locator(".check")).to_have_css("opacity", "1", **SOON)
    items.nth(2).locator("a").click(modifiers=["ControlOrMeta"])
    has_picked(shelf, sorted([there[0], there[2]]))
    items.nth(0).locator("a").click(modifiers=["ControlOrMeta"])
    has_picked(shelf, [there[2]])
    items.nth(3).locator("a").click(modifiers=["ControlOrMeta"])
    items.nth(1).locator("a").click(modifiers=["Shift"])
    has_picked(shelf, sorted(there[1:4]))
    expect(items.nth(0).get_by_role("checkbox")).not_to_be_checked()
    shelf.keyboard.press("Escape")
    has_picked(shelf, [])
    # A plain click opens.
    items.nth(1).locator("a").click()
    shelf.locator('#viewer[data-state="open"]').wait_for()
    expect(shelf).to_have_url(re.compile(f"/image/{there[1][1]}/"))


def test_by_keyboard(shelf):
    there = shown(shelf)
    links = shelf.locator("#browse [data-item] a")
    links.first.focus()
    shelf.keyboard.press("Space")
    has_picked(shelf, [there[0]])
    shelf.keyboard.press("ArrowRight")
    expect(links.nth(1)).to_be_focused()
    shelf.keyboard.press("Shift+ArrowRight")
    has_picked(shelf, sorted(there[1:3]))
    shelf.keyboard.press("End")
    expect(links.last).to_be_focused()
    shelf.keyboard.press("Home")
    expect(links.first).to_be_focused()
    shelf.keyboard.press("ControlOrMeta+a")
    has_picked(shelf, sorted(there))
    shelf.keyboard.press("Space")
    has_picked(shelf, sorted(there[1:]))


def test_cards_are_selected_too_and_changes_are_told(page, served):
    page.goto(served.url)
    page.locator("#browse .check").first.wait_for(state="attached", **SOON)
    item = page.locator("#browse [data-item]").first
    page.evaluate(
        "() => { window.told = 0; document.querySelector('#browse')"
        ".selection.addEventListener('change', () => { window.told += 1; }); }"
    )
    item.hover()
    item.locator(".check").click()
    has_picked(page, [shown(page)[0]])
    assert shown(page)[0][0] == "project"
    page.evaluate("document.querySelector('#browse').selection.all()")
    has_picked(page, sorted(shown(page)))
    page.evaluate("document.querySelector('#browse').selection.clear()")
    has_picked(page, [])
    assert page.evaluate("window.told") == 3
