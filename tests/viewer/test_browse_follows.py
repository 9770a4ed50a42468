"""Bands, small lists, found images, pages that follow changes, dropped tables."""

import base64
import re
import sqlite3

import pytest
from playwright.sync_api import expect
from tests.patience import eventually
from tests.viewer.museum import COUNT

pytestmark = pytest.mark.browser
SOON = {"timeout": 20_000}
BOXES = """() => [...document.querySelectorAll('#browse [data-item]')].map(item => {
  const { left, top, right, bottom } = item.getBoundingClientRect();
  return [Number(item.dataset.id), left, top, right, bottom];
})"""
DROP = """([name, data]) => {
  const bytes = Uint8Array.from(atob(data), sign => sign.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.querySelector("main h1").dispatchEvent(
      new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture(scope="module")
def server(museum):
    return museum


@pytest.fixture
def page_of(new_tab, server):
    """A tab of the owner of all, or of one who may look."""

    def make(name, **options):
        page = new_tab(**options)
        server.let_in(page, name)
        return page

    return make


@pytest.fixture
def page(same_tab, server):
    server.let_in(same_tab, "anna")
    return same_tab


@pytest.fixture
def ask(server):
    def rows(query, *values):
        with sqlite3.connect(server.home / "graticule.sqlite3") as database:
            return database.execute(query, values).fetchall()

    return rows


def open_dataset(page, server, name, view="grid"):
    number = server.id_of("dataset", name)
    page.goto(f"{server.url}/dataset/{number}/?view={view}")
    page.locator('.gallery[data-state="ready"]').wait_for(**SOON)
    page.locator(".cell .name:not(:empty)").first.wait_for(**SOON)
    return number


def drop(page, name, text):
    page.evaluate(DROP, [name, base64.b64encode(text.encode()).decode()])


def picked(page):
    ids = page.locator("#browse").evaluate(
        "host => host.selection.ids.map(({ id }) => id)"
    )
    return set(ids)


def has_picked(page, ids):
    """Wait until that is selected, and nothing else."""
    eventually(page, lambda: _same(picked(page), ids))


def _same(one, other):
    assert one == other


def touched(page, start, end):
    """What a box from one point to another touches, by where things are."""
    left, right = sorted([start[0], end[0]])
    top, bottom = sorted([start[1], end[1]])
    return {
        number
        for number, *box in page.evaluate(BOXES)
        if box[0] <= right and box[2] >= left and box[1] <= bottom and box[3] >= top
    }


class TestBand:
    @pytest.fixture
    def page(self, page):
        # So high that no end of a band lies where the page would scroll.
        page.set_viewport_size({"width": 1280, "height": 1200})
        return page

    def between(self, page, row, column):
        """A point in the gap after a row and a column of the grid."""
        boxes = page.evaluate(BOXES)
        tops = sorted({round(box[2]) for box in boxes})
        lefts = sorted({round(box[1]) for box in boxes})
        return lefts[column] - 7, tops[row] - 6

    def draw(self, page, start, end, *, leave=False):
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        page.mouse.move(*end)
        if not leave:
            page.mouse.up()

    def test_it_selects_what_it_touches(self, page, server):
        open_dataset(page, server, "Day 2")
        start, end = self.between(page, 1, 3), self.between(page, 2, 1)
        expected = touched(page, start, end)
        assert len(expected) == 2
        self.draw(page, start, end, leave=True)
        expect(page.locator(".band")).to_be_visible()
        page.mouse.up()
        expect(page.locator(".band")).to_have_count(0)
        expect(page.locator("#browse [data-picked]")).to_have_count(2)
        has_picked(page, expected)
        expect(page.locator(".browse-bar")).to_contain_text("2 of 30 images selected")

    def test_with_shift_more_with_ctrl_the_other_way_round(self, page, server):
        open_dataset(page, server, "Day 2")
        first = self.between(page, 1, 1), self.between(page, 2, 3)
        second = self.between(page, 1, 2), self.between(page, 2, 4)
        one, two = touched(page, *first), touched(page, *second)
        assert one != two
        assert one & two
        self.draw(page, *first)
        page.keyboard.down("Shift")
        self.draw(page, *second)
        page.keyboard.up("Shift")
        has_picked(page, one | two)
        page.keyboard.down("Control")
        self.draw(page, *second)
        page.keyboard.up("Control")
        has_picked(page, one - two)
        self.draw(page, *second)
        has_picked(page, two)

    def test_escape_and_a_finger_leave_all_as_it_was(self, page, page_of, server):
        open_dataset(page, server, "Day 2")
        ends = self.between(page, 1, 1), self.between(page, 2, 3)
        page.locator(".cell a").first.click(modifiers=["Control"])
        before = picked(page)
        self.draw(page, *ends, leave=True)
        expect(page.locator("#browse [data-picked]")).not_to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator(".band")).to_have_count(0)
        has_picked(page, before)
        page.mouse.up()
        touch = page_of("anna", has_touch=True)
        open_dataset(touch, server, "Day 2")
        for kind in ("pointerdown", "pointermove", "pointerup"):
            for x, y in ends:
                touch.locator("#browse").dispatch_event(
                    kind,
                    {"pointerType": "touch", "clientX": x, "clientY": y, "button": 0},
                )
        has_picked(touch, set())

    def test_over_cards(self, page, server):
        page.goto(f"{server.url}/project/{server.id_of('project', 'Embryos')}/")
        box = page.locator("#browse [data-item]").last.bounding_box()
        start = box["x"] + box["width"] + 12, box["y"] + box["height"] + 12
        end = box["x"] + box["width"] / 2, box["y"] + 20
        expected = touched(page, start, end)
        self.draw(page, start, end)
        has_picked(page, expected)
        assert len(expected) == 1


class TestLists:
    def names(self, page):
        return page.locator(".cell .name")

    def test_few_images_are_a_list_too(self, page, server, ask):
        number = open_dataset(page, server, "Day 1", "list")
        size = page.get_by_role("columnheader", name=re.compile("^Size"))
        size.get_by_role("button").click()
        size.get_by_role("button").click()
        expect(size).to_have_attribute("aria-sort", "descending")
        expect(page.locator(".cell.row")).to_have_count(2, **SOON)
        rows = ask(
            "SELECT i.name FROM catalog_image i JOIN catalog_dataset_images l "
            "ON l.image_id = i.id WHERE l.dataset_id = ? "
            "ORDER BY size_x * size_y DESC, lower(name)",
            number,
        )
        expect(page.locator(".cell .name").first).to_have_text(rows[0][0], **SOON)
        expect(self.names(page)).to_have_text([name for (name,) in rows], **SOON)

    def test_images_found_are_a_gallery(self, page, server, ask):
        page.goto(f"{server.url}/search/?q=cell&view=list&sort=name&direction=down")
        page.locator('.gallery[data-state="ready"]').wait_for(**SOON)
        found = ask("SELECT name FROM catalog_image WHERE name LIKE 'cell %'")
        names = sorted((name for (name,) in found), key=str.lower, reverse=True)
        assert len(names) == COUNT
        expect(page.locator(".browse-bar .count")).to_have_text(f"{COUNT} images")
        for place, name in enumerate(names[:8]):
            expect(self.names(page).nth(place)).to_have_text(name, **SOON)
        page.locator(".cell a").first.focus()
        page.keyboard.press("Control+a")
        expect(page.locator(".browse-bar .count")).to_contain_text(
            f"{COUNT} of {COUNT} images selected"
        )

    def test_images_of_a_tag_are_a_gallery(self, page, server):
        open_dataset(page, server, "Day 2")
        for index in (1, 4, 6):
            page.locator(".cell a").nth(index).click(modifiers=["Control"])
        chosen = picked(page)
        page.get_by_role("button", name="Tag", exact=True).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("combobox").or_(dialog.get_by_role("textbox")).first.fill(
            "lively"
        )
        page.keyboard.press("Enter")
        dialog.get_by_role("button", name=re.compile("Save|Apply|Done")).click()
        expect(dialog).to_have_count(0)
        page.goto(f"{server.url}/search/?tag=lively")
        page.locator('.gallery[data-state="ready"]').wait_for(**SOON)
        expect(page.locator(".cell")).to_have_count(len(chosen), **SOON)
        ids = page.locator(".cell").evaluate_all(
            "cells => cells.map(cell => Number(cell.dataset.id))"
        )
        assert set(ids) == chosen


class TestFollowing:
    """What is changed shows without the page being loaded anew."""

    def begin(self, page):
        page.evaluate("window.loadedOnce = true")

    def loaded_once(self, page):
        return page.evaluate("window.loadedOnce === true")

    def test_images_that_leave_and_come_back(self, page, server):
        open_dataset(page, server, "Day 2")
        self.begin(page)
        page.locator(".cell a").nth(3).click(modifiers=["Control"])
        (gone,) = picked(page)
        page.get_by_role("button", name="Remove from here").click()
        count = page.locator(".browse-bar .count")
        expect(count).to_have_text(f"{COUNT - 1} images", **SOON)
        expect(page.locator(f'.cell[data-id="{gone}"]')).to_have_count(0, **SOON)
        has_picked(page, set())
        tree = page.get_by_role("tree").get_by_role("treeitem", name="Day 2")
        expect(tree.locator(".tree-count")).to_have_text(str(COUNT - 1), **SOON)
        page.get_by_role("button", name="Undo").click()
        expect(count).to_have_text(f"{COUNT} images", **SOON)
        assert self.loaded_once(page)

    def test_a_new_name_shows_everywhere(self, page, server):
        number = open_dataset(page, server, "Day 1")
        self.begin(page)
        page.keyboard.press("F2")
        page.keyboard.type("First day")
        page.keyboard.press("Enter")
        expect(page.locator(".trail [aria-current]")).to_have_text("First day", **SOON)
        expect(page).to_have_title(re.compile("^First day"))
        expect(page.get_by_role("treeitem", name="First day")).to_be_visible(**SOON)
        page.keyboard.press("Control+z")
        expect(page.get_by_role("heading", level=1)).to_have_text("Day 1", **SOON)
        expect(page.locator(".trail [aria-current]")).to_have_text("Day 1", **SOON)
        assert server.id_of("dataset", "Day 1") == number
        assert self.loaded_once(page)

    def test_cards_that_go_and_come_back(self, page, server):
        page.goto(f"{server.url}/project/{server.id_of('project', 'Embryos')}/")
        self.begin(page)
        cards = page.locator("#browse [data-item]")
        cards.filter(has_text="Day 2").locator("a").first.click(modifiers=["Control"])
        page.get_by_role("button", name="Remove from here").click()
        expect(cards).to_have_count(1, **SOON)
        expect(page.locator(".page-head p").first).to_have_text("1 dataset", **SOON)
        page.get_by_role("button", name="Undo").click()
        expect(cards).to_have_count(2, **SOON)
        page.locator("#browse .card img[src]").first.wait_for(**SOON)
        # They can be selected as before.
        cards.last.locator("a").first.click(modifiers=["Control"])
        expect(page.locator("#browse [data-picked]")).to_have_count(1)
        assert self.loaded_once(page)


class TestDroppedTables:
    GOOD = "Well,Height,Who\nA1,2.5,x\nA2,7.5,y\nB1,5,z\n"
    BAD = "Well,Height\nA1,2.5\nA2,7.5,9\n"

    def test_onto_a_plate_and_the_wells_take_its_colours(self, page, server, ask):
        number = server.ask("SELECT max(id) FROM catalog_plate")
        page.goto(f"{server.url}/plate/{number}/")
        page.locator('#plate-tools[data-state="ready"]').wait_for(**SOON)
        drop(page, "heights.csv", self.GOOD)
        page.get_by_text("heights.csv is a table now.").wait_for(**SOON)
        by = page.get_by_label("Colour by")
        expect(by.locator("option", has_text="Height")).to_have_count(1, **SOON)
        by.select_option(label="Height")
        legend = page.locator(".heat-legend span")
        expect(legend.first).to_have_text("2.5", **SOON)
        expect(legend.last).to_have_text("7.5")
        ((name, kind),) = ask(
            "SELECT f.name, t.model FROM catalog_originalfile f "
            "JOIN catalog_annotation a ON a.file_id = f.id "
            "JOIN catalog_annotationlink l ON l.annotation_id = a.id "
            "JOIN django_content_type t ON t.id = l.target_type_id "
            "WHERE f.name = 'heights.csv'"
        )
        assert (name, kind) == ("heights.csv", "plate")

    def test_onto_a_dataset_and_it_opens_as_a_grid(self, page, server):
        open_dataset(page, server, "Day 1")
        drop(page, "sizes.csv", self.GOOD)
        page.get_by_text("sizes.csv is a table now.").wait_for(**SOON)
        page.get_by_role("link", name="Open table").click()
        page.locator('#table[aria-busy="false"]').wait_for(**SOON)
        expect(page.locator("tbody tr")).to_have_count(3, **SOON)
        expect(page.locator("tbody tr").nth(1)).to_contain_text("7.5")

    def test_onto_an_image_a_bad_one_says_its_line(self, page_of, server, ask):
        page = page_of("anna", careless=True)  # the refusal is a 400
        page.goto(f"{server.url}/image/{server.id_of('image', 'embryo')}/")
        page.locator('#viewer[data-parts="there"]').wait_for(**SOON)
        drop(page, "bad.csv", self.BAD)
        said = page.get_by_text("bad.csv: line 3")
        said.wait_for(**SOON)
        assert ask("SELECT 1 FROM catalog_originalfile WHERE name = 'bad.csv'") == []
        page.get_by_role("button", name="Attach as a plain file").click()
        page.get_by_text("bad.csv attached.").wait_for(**SOON)
        found = ask("SELECT count(*) FROM catalog_originalfile WHERE name = 'bad.csv'")
        assert found == [(1,)]

    def test_who_may_not_is_told(self, page_of, server, ask):
        page = page_of("bob", careless=True)
        number = server.ask("SELECT max(id) FROM catalog_plate")
        page.goto(f"{server.url}/plate/{number}/")
        page.locator('#plate-tools[data-state="ready"]').wait_for(**SOON)
        drop(page, "bobs.csv", self.GOOD)
        page.locator(".info-said .trouble").wait_for(**SOON)
        assert ask("SELECT 1 FROM catalog_originalfile WHERE name = 'bobs.csv'") == []
