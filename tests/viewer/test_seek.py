"""Searching as a person does it: suggestions, results, filters, and the keyboard."""

import re
import sqlite3
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
SOON = {"timeout": 20_000}


def catalogue(served, sql, *values):
    with sqlite3.connect(served.home / "graticule.sqlite3") as database:
        return database.execute(sql, values).fetchall()


def names_on(page):
    """The names of images found: few among others, or alone in a gallery."""
    return page.locator(".grid .name, .cell .name:not(:empty)")


def type_into_box(page, text):
    """Enter a text at once: one question, one answer."""
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    page.keyboard.insert_text(text)
    options = page.get_by_role("option")
    options.first.wait_for(**SOON)
    return options


def test_suggestions_lead_to_the_image_by_keyboard(page, served):
    page.goto(served.url)
    options = type_into_box(page, "bpae")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options.first).to_contain_text("Image")
    page.keyboard.press("ArrowDown")
    first = options.first
    expect(first).to_have_attribute("aria-selected", "true")
    number = first.get_attribute("id")
    expect(box).to_have_attribute("aria-activedescendant", number)
    page.keyboard.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", number)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/image/{served.image_id('bpae_3ch.ome.tif')}/")


def test_escape_closes_and_enter_searches(page, served):
    page.goto(served.url)
    type_into_box(page, "mito")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=mito")
    expect(names_on(page).filter(has_text="mitosis").first).to_be_visible(**SOON)


def test_late_answers_do_not_come_back(page, served):
    """What was asked for earlier letters must not replace what is newer."""
    page.goto(served.url)
    type_into_box(page, "b")
    page.keyboard.type("pae")
    expect(page.get_by_role("option").first).to_contain_text(
        re.compile("bpae", re.IGNORECASE), **SOON
    )
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(page.get_by_role("listbox")).to_be_hidden(**SOON)


def test_filters_narrow_and_chips_take_them_back(page, served):
    page.goto(f"{served.url}/search/?kind=image")
    page.get_by_text("Filters", exact=True).click()
    facet = page.locator('[data-facet="format"]')
    facet.wait_for(**SOON)
    link = facet.locator("a").first
    name, count = link.inner_text().split("\n")
    ((expected,),) = catalogue(
        served,
        "SELECT COUNT(*) FROM catalog_image i JOIN catalog_fileset f "
        "ON f.id = i.fileset_id WHERE f.format = ?",
        name,
    )
    assert int(count.replace(",", "")) == expected
    link.click()
    page.wait_for_url("**format=**")
    assert parse_qs(urlsplit(page.url).query) == {"kind": ["image"], "format": [name]}
    current = page.locator('.kinds [aria-current="page"]')
    expect(current).to_have_text(re.compile(rf"^\s*Images\s+{expected:,}\s*$"))
    page.get_by_label("Width from").fill("1000")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**width_from=1000**")
    ((wide,),) = catalogue(
        served,
        "SELECT COUNT(*) FROM catalog_image i JOIN catalog_fileset f "
        "ON f.id = i.fileset_id WHERE f.format = ? AND i.size_x >= 1000",
        name,
    )
    expect(current).to_have_text(re.compile(rf"^\s*Images\s+{wide:,}\s*$"))
    page.get_by_role("link", name=re.compile("Width ≥ 1000")).click()
    page.wait_for_url(lambda url: "width_from" not in url)
    expect(page.locator(".chip")).to_have_count(1)
    page.go_back()
    expect(page.locator(".chip")).to_have_count(2)


def test_nothing_fits_says_what_to_do(page, served):
    page.goto(f"{served.url}/search/?q=bpae&width_from=999999")
    expect(page.locator(".plaque")).to_contain_text("Take one of them away")
    page.get_by_role("link", name=re.compile("Width ≥ 999999")).click()
    expect(names_on(page).first).to_be_visible(**SOON)


def test_it_fits_a_tablet_and_the_dark(new_tab, served):
    page = new_tab(width=1024, height=768, color_scheme="dark", has_touch=True)
    page.goto(f"{served.url}/search/?q=tif&width_from=10")
    page.get_by_text("Filters", exact=True).click()
    page.locator(".facet").first.wait_for(**SOON)
    for width in (1280, 1024, 768):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
