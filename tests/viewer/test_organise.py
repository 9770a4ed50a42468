"""Arranging as people do it: select, move, tag, rename, delete, drag, undo."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SLOW = 20_000
SOON = {"timeout": SLOW}


@pytest.fixture(scope="module")
def served(house):
    """Two projects, three datasets, an administrator and Bob."""
    return house


@pytest.fixture
def ask(served):
    return served.ask


@pytest.fixture
def held(ask):
    """What is in a container, by name."""

    def held(dataset):
        rows = ask(
            "SELECT i.name FROM catalog_image i "
            "JOIN catalog_dataset_images l ON l.image_id = i.id "
            "JOIN catalog_dataset d ON d.id = l.dataset_id "
            "WHERE d.name = ? ORDER BY i.name",
            dataset,
        )
        return [name for (name,) in rows]

    return held


@pytest.fixture
def anna(new_tab, served):
    return enter(new_tab(), served, "anna")


def enter(page, served, name):
    served.enter(page, name).goto(served.url)
    return page


def open_things(page, *names):
    for name in names:
        page.locator(f'[data-item][data-name="{name}"] a').click()
        page.get_by_role("heading", name=name, level=1).wait_for(**SOON)
        page.wait_for_load_state()


def select(page, count):
    """Select the first images with the keyboard, once the scripts listen to it."""
    page.wait_for_load_state()
    page.locator("[data-item] a").first.focus()
    page.keyboard.press("Space")
    for _ in range(count - 1):
        page.keyboard.press("Shift+ArrowRight")
    bar = page.get_by_role("toolbar", name="Selection")
    bar.get_by_text(f"{count} image{'s' if count > 1 else ''} selected").wait_for()
    return bar


def toast(page, text):
    found = page.locator(".toast", has_text=text)
    found.wait_for(timeout=SLOW)
    return found


def names_on(page):
    items = page.locator("[data-item]").evaluate_all(
        "all => all.map(i => i.dataset.name)"
    )
    return sorted(items)


def test_images_moved_by_keyboard_and_back(anna, held):
    open_things(anna, "Embryos", "Day 1")
    bar = select(anna, 2)
    bar.get_by_role("button", name="Move to…").press("Enter")
    dialog = anna.get_by_role("dialog", name="Move 2 images to…")
    # Where they are is not offered.
    dialog.get_by_role("option", name="Day 2").wait_for()
    expect(dialog.get_by_role("option", name="Day 1")).to_have_count(0)
    anna.keyboard.type("Larv")
    dialog.get_by_role("option", name="Day 2").wait_for(state="detached")
    dialog.get_by_role("option", name="Dish", selected=True).wait_for()
    anna.keyboard.press("Enter")
    toast(anna, "2 images moved to “Dish”")
    assert held("Day 1") == ["a2.tif", "a3.tif"]
    assert held("Dish") == ["a0.tif", "a1.tif", "c0.tif", "c1.tif", "c2.tif", "c3.tif"]
    assert names_on(anna) == ["a2.tif", "a3.tif"]
    anna.keyboard.press("Control+z")
    toast(anna, "Undone: 2 images moved to “Dish”")
    assert held("Day 1") == ["a0.tif", "a1.tif", "a2.tif", "a3.tif"]
    assert names_on(anna) == ["a0.tif", "a1.tif", "a2.tif", "a3.tif"]


def test_linked_and_removed(anna, held):
    open_things(anna, "Embryos", "Day 1")
    bar = select(anna, 1)
    bar.get_by_role("button", name="Move to…").click()
    dialog = anna.get_by_role("dialog")
    dialog.get_by_role("option", name="Day 2").click()
    dialog.get_by_role("button", name="Link there, too").click()
    toast(anna, "1 image added to “Day 2”")
    assert "a0.tif" in held("Day 2")
    bar = select(anna, 1)
    bar.get_by_role("button", name="Remove from here").click()
    toast(anna, "1 image removed from “Day 1”").get_by_role(
        "button", name="Undo"
    ).click()
    toast(anna, "Undone: 1 image removed")
    anna.keyboard.press("Control+z")
    toast(anna, "Undone: 1 image added")
    assert "a0.tif" in held("Day 1")
    assert "a0.tif" not in held("Day 2")


def test_tags(anna, ask):
    def tagged():
        return ask(
            "SELECT a.text, count(*) FROM catalog_annotation a "
            "JOIN catalog_annotationlink l ON l.annotation_id = a.id "
            "WHERE a.kind = 'tag' GROUP BY a.text ORDER BY a.text"
        )

    open_things(anna, "Embryos", "Day 2")
    select(anna, 3).get_by_role("button", name="Tag").click()
    anna.get_by_label("Add a tag").fill("mitosis")
    anna.keyboard.press("Enter")
    anna.keyboard.type("late")
    anna.get_by_role("button", name="Save").click()
    toast(anna, "“mitosis” put on 3")
    assert tagged() == [("late", 3), ("mitosis", 3)]
    select(anna, 4).get_by_role("button", name="Tag").click()
    now = anna.get_by_role("list", name="Tags now")
    expect(now).to_contain_text(re.compile(r"late\s*3 of 4"), **SOON)
    now.get_by_role("button", name="Take off late").click()
    anna.get_by_role("button", name="Save").click()
    toast(anna, "“late” taken off 3")
    assert tagged() == [("mitosis", 3)]
    anna.keyboard.press("Control+z")
    toast(anna, "Undone: “late” taken off 3")
    assert tagged() == [("late", 3), ("mitosis", 3)]
    anna.keyboard.press("Control+z")
    toast(anna, "Undone: “mitosis” put on 3")
    assert tagged() == []


def test_made_dragged_renamed_deleted_undone(anna, served, ask):
    anna.get_by_role("button", name="New dataset").click()
    anna.get_by_label("Name", exact=True).fill("Loose ends")
    anna.keyboard.press("Enter")
    anna.get_by_role("heading", name="Loose ends", level=1).wait_for()
    anna.goto(served.url)
    # Both ends in view: what scrolls while it is dragged over is another story.
    anna.set_viewport_size({"width": 1280, "height": 1600})
    card = anna.locator('[data-item][data-name="Loose ends"]')
    card.drag_to(anna.locator('[data-item][data-name="Larvae"]'))
    toast(anna, "1 dataset moved to “Larvae”")
    open_things(anna, "Larvae", "Loose ends")
    anna.keyboard.press("F2")
    anna.keyboard.type("Odds and ends")
    anna.keyboard.press("Enter")
    toast(anna, "The dataset is called “Odds and ends” now")
    heading = anna.get_by_role("heading", name="Odds and ends", level=1)
    heading.wait_for()
    anna.locator(".trail a").last.click()
    anna.get_by_role("heading", name="Larvae", level=1).wait_for()
    before = ask("SELECT id, name FROM catalog_dataset ORDER BY id")
    anna.locator(".arrange").get_by_role("button", name="Delete").click()
    dialog = anna.get_by_role("dialog", name="Delete 1 project?")
    expect(dialog).to_contain_text("2 datasets in it stay, in no project.", **SOON)
    dialog.get_by_label("Delete the 2 datasets in it, too").check()
    expect(dialog).to_contain_text("4 images stay, in no container")
    dialog.get_by_role("button", name="Delete").click()
    toast(anna, "1 project and 2 datasets deleted")
    anna.wait_for_url(f"{served.url}/")
    assert "Larvae" not in names_on(anna)
    anna.keyboard.press("Control+z")
    toast(anna, "Undone: 1 project and 2 datasets deleted")
    assert "Larvae" in names_on(anna)
    assert ask("SELECT id, name FROM catalog_dataset ORDER BY id") == before


def test_settings_copied_and_pasted(anna, served, ask):
    source, target = (served.image_id(f"b{n}.tif") for n in range(2))
    saved = anna.request.get(f"{served.url}/api/v0/token/").json()["data"]
    answer = anna.request.post(
        f"{served.url}/webgateway/saveImgRDef/{source}/?c=1|5:77$FF0000&m=c",
        headers={"X-CSRFToken": saved, "Referer": served.url},
    )
    assert answer.text() == "true"
    open_things(anna, "Embryos", "Day 2")
    select(anna, 1).get_by_role("button", name="Copy settings").click()
    toast(anna, "Settings copied")
    anna.keyboard.press("Escape")
    anna.locator("[data-item] a").nth(1).focus()
    anna.keyboard.press("Space")
    anna.get_by_role("button", name="Paste settings").click()
    toast(anna, "Settings pasted onto 1 image.")
    ((channels,),) = ask(
        "SELECT channels FROM catalog_renderingsettings "
        "WHERE image_id = ? AND person_id IS NOT NULL",
        target,
    )
    assert '"start": 5' in channels
    assert '"end": 77' in channels
    anna.keyboard.press("Control+z")
    toast(anna, "Undone: Settings pasted onto 1 image.")
    assert not ask(
        "SELECT id FROM catalog_renderingsettings "
        "WHERE image_id = ? AND person_id IS NOT NULL",
        target,
    )


def test_a_job_for_the_selection(anna, served):
    open_things(anna, "Embryos", "Day 2")
    bar = select(anna, 3)
    bar.locator("summary", has_text="Make").click()
    links = bar.locator("details a")
    links.first.wait_for()
    asked = parse_qs(urlsplit(links.first.get_attribute("href")).query)
    (ids,) = asked.values()
    assert [int(each) for each in ids] == [
        served.image_id(f"b{n}.tif") for n in range(3)
    ]
    originals = bar.get_by_role("link", name="Originals").get_attribute("href")
    assert parse_qs(urlsplit(originals).query)["image"] == ids
    links.first.click()
    anna.locator("textarea").first.wait_for(**SOON)
    anna.wait_for_load_state()
    boxes = anna.locator("textarea").evaluate_all("all => all.map(b => b.value)")
    assert any(box.split() == ids for box in boxes)


def test_who_may_not_is_told(new_tab, served, held):
    bob = enter(new_tab(careless=True), served, "bob")  # a refusal is a 403
    open_things(bob, "Embryos", "Day 1")
    select(bob, 2).get_by_role("button", name="Remove from here").click()
    toast(bob, "it is somebody else's")
    assert len(held("Day 1")) == 4


def test_the_public_sees_no_way_to_change(new_tab, served):
    tab = new_tab()
    tab.goto(served.url)
    assert tab.locator(".arrange").count() == 0
    open_things(tab, "Embryos", "Day 1")
    bar = select(tab, 2)
    acts = bar.locator("[data-act]").evaluate_all("all => all.map(a => a.dataset.act)")
    assert acts == ["split", "make", "download"]


def test_fits_a_tablet(new_tab, served):
    page = enter(new_tab(width=1024, height=768, has_touch=True), served, "anna")
    open_things(page, "Embryos", "Day 1")
    bar = select(page, 1)
    expect(bar).to_be_in_viewport(ratio=1, **SOON)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
