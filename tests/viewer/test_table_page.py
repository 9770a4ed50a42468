"""A table as people use it: what the grid shows is what the file holds."""

import csv
import random
import re

import httpx
import pytest
from playwright.sync_api import expect
from tests.homes import fill, session_of
from tests.patience import eventually

pytestmark = pytest.mark.browser
WAIT_MS = 20_000
SOON = {"timeout": WAIT_MS}
COUNT = 300_000
PLACES = {"Image": 0, "Area": 1, "Count": 2, "Gene": 3}
SQUARES = {"first": (4.0, 6.0), "second": (40.0, 30.0)}


@pytest.fixture(scope="module")
def served(house):
    return house


@pytest.fixture(scope="module")
def image(served):
    return served.image_id("team.ome.tif")


@pytest.fixture(scope="module")
def rois(served, image):
    """Two squares on the image, by their texts: the numbers of their ROIs."""
    cookies = {each["name"]: each["value"] for each in session_of(served.url, "amy")}
    new = [
        {
            "key": text,
            "shape": {
                "type": "Rectangle",
                "text": text,
                "x": x,
                "y": y,
                "width": 8.0,
                "height": 8.0,
            },
        }
        for text, (x, y) in SQUARES.items()
    ]
    answer = httpx.post(
        f"{served.url}/regions/{image}/save/",
        json={"new": new},
        cookies=cookies,
        headers={"X-CSRFToken": cookies["csrftoken"], "Referer": served.url},
    )
    assert answer.status_code == 200, answer.text
    return dict(
        served.ask(
            "SELECT s.text, s.roi_id FROM catalog_shape s "
            "JOIN catalog_roi r ON r.id = s.roi_id WHERE r.image_id = ?",
            image,
        )
    )


@pytest.fixture(scope="module")
def tables(served, image, rois, tmp_path_factory):
    """Two tables on the image: the rows of the long one, and their addresses."""
    chance = random.Random(3)
    rows = [
        (image, chance.randrange(10**6) / 8, chance.randrange(50), f"g{n % 977}")
        for n in range(COUNT)
    ]
    folder = tmp_path_factory.mktemp("csv")
    columns = ("Roi", "Area")
    for name, head, lines in (
        ("features.csv", PLACES, rows),
        ("squares.csv", columns, [(roi, 64) for roi in rois.values()]),
    ):
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows([head, *lines])
    on = ("--on", f"Image:{image}", "--as", "amy")
    names = ("features.csv", "squares.csv")
    fill(served.home, *(("table", "import", str(folder / n), *on) for n in names))
    found = dict(served.ask("SELECT name, id FROM catalog_originalfile"))
    return rows, *(f"{served.url}/table/{found[name]}/" for name in names)


@pytest.fixture(scope="module")
def table(tables):
    """The rows of the long table as Python has them, and its address."""
    return tables[:2]


@pytest.fixture
def tab(served, new_tab):
    """A tab of Amy's."""
    return served.enter(new_tab(), "amy")


@pytest.fixture
def page(tab, table):
    tab.goto(table[1])
    tab.locator("tbody td a").first.wait_for(**SOON)
    return tab


def settle(page):
    expect(page.locator("#table")).to_have_attribute(
        "aria-busy", "false", timeout=WAIT_MS
    )
    expect(page.locator("tbody .grid-number", has_text="…")).to_have_count(
        0, timeout=WAIT_MS
    )


def shown(page):
    """The rows on the screen: number in the file from 0, and texts."""
    settle(page)
    lines = page.locator("tbody tr").all_inner_texts()
    cells = [line.split("\t") for line in lines]
    assert not any("…" in line for line in lines)
    return [(int(line[0]) - 1, line[1:]) for line in cells]


def numbers_on(page, rows, expected=None):
    """Wait for rows; each shows what the file has at its number. Give the numbers.

    ``expected`` tells which ones, from the first.
    """

    def look():
        found = shown(page)
        numbers = [number for number, _ in found]
        assert numbers
        assert expected is None or numbers == list(expected[: len(numbers)])
        for number, texts in found:
            image, area, count, gene = rows[number]
            assert texts[0] == str(image)
            assert float(texts[1]) == pytest.approx(area, rel=1e-6)
            assert texts[2:] == [str(count), gene]
        return numbers

    return eventually(page, look)


def test_the_first_rows_and_the_last(page, table):
    rows, _ = table
    numbers = numbers_on(page, rows, range(COUNT))
    assert len(numbers) > 10
    assert page.locator("tbody tr").count() < 60  # only those on the screen are made
    page.get_by_role("region", name="Rows").focus()
    page.keyboard.press("End")
    page.get_by_text(str(COUNT), exact=True).wait_for(**SOON)
    assert numbers_on(page, rows)[-1] == COUNT - 1
    box = page.locator("tbody tr").last.bounding_box()
    assert box["y"] + box["height"] <= page.viewport_size["height"] + 1


def test_sorted_both_ways_and_back(page, table):
    rows, _ = table
    by_area = sorted(range(COUNT), key=lambda n: rows[n][1])
    head = page.get_by_role("columnheader", name="Area")
    head.get_by_role("button").click()
    page.locator("th[aria-sort=ascending]").wait_for(**SOON)
    numbers_on(page, rows, by_area)
    page.keyboard.press("Enter")
    page.locator("th[aria-sort=descending]").wait_for(**SOON)
    by_area = sorted(range(COUNT), key=lambda n: -rows[n][1])
    numbers_on(page, rows, by_area)
    expect(page).to_have_url(re.compile("sort=-Area"))
    page.keyboard.press("Enter")
    page.locator("th[aria-sort]").wait_for(state="detached", **SOON)
    numbers_on(page, rows, range(COUNT))


def test_in_the_middle_of_what_is_sorted(page, table):
    rows, url = table
    by_count = sorted(range(COUNT), key=lambda n: rows[n][2])
    page.goto(f"{url}?sort=Count")
    settle(page)
    scroller = page.get_by_role("region", name="Rows")
    scroller.evaluate("rows => { rows.scrollTop = rows.scrollHeight / 2 }")
    page.wait_for_function(
        "half => document.querySelector('tbody tr')?.ariaRowIndex > half",
        arg=COUNT // 3,
        timeout=WAIT_MS,
    )
    numbers = numbers_on(page, rows)
    first = by_count.index(numbers[0])
    assert abs(first - COUNT / 2) < COUNT / 100
    assert numbers == by_count[first : first + len(numbers)]


def test_filters_of_columns(page, table):
    rows, _ = table
    count_shown = page.get_by_text(re.compile(r"^[\d,]+ of 300,000 rows"))
    for label, typed in (("Filter Count", "10..12"), ("Filter Gene", "= g97")):
        page.get_by_label(label).fill(typed)
        page.keyboard.press("Enter")
        settle(page)
        count_shown.wait_for(**SOON)
    expected = [
        n for n, row in enumerate(rows) if 10 <= row[2] <= 12 and row[3] == "g97"
    ]
    page.get_by_text(f"{len(expected)} of {COUNT:,} rows").wait_for(**SOON)
    numbers_on(page, rows, expected)
    page.reload()
    page.get_by_text(f"{len(expected)} of {COUNT:,} rows").wait_for(**SOON)
    link = page.locator('[data-format="csv"]').get_attribute("href")
    table_url = page.url
    page.goto(f"{table_url.split('/table/')[0]}{link}")
    form = page.locator("form", has=page.locator('[name="QUERY"]'))
    expect(form.locator('[name="QUERY"]')).to_have_value(re.compile("'g97'"))
    page.goto(table_url)
    page.get_by_text(f"{len(expected)} of {COUNT:,} rows").wait_for(**SOON)
    field = page.get_by_label("Filter Count")
    field.fill("many")
    field.press("Enter")
    page.get_by_text("is no filter for Count").wait_for(**SOON)
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_text(f"{COUNT:,} rows", exact=True).wait_for(**SOON)


def test_nothing_fits(page):
    page.get_by_label("Filter Area").fill("< 0")
    page.keyboard.press("Enter")
    page.get_by_text("No row fulfils the filters.").wait_for(**SOON)
    expect(page.locator("tbody tr")).to_have_count(0)


def test_columns_are_chosen(page):
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Area", exact=True).uncheck()
    page.get_by_role("columnheader", name="Area").wait_for(
        state="detached", timeout=WAIT_MS
    )
    # A head for the number, and for each column.
    expect(page.get_by_role("columnheader")).to_have_count(4, **SOON)
    expect(page.locator("tbody tr").first.locator("td")).to_have_count(3, **SOON)
    expect(page).to_have_url(re.compile("column=Image&column=Count&column=Gene"))


def test_a_row_leads_to_its_image(page, image):
    page.locator("tbody td a").first.click()
    page.wait_for_url(f"**/image/{image}/**")


def test_a_row_of_a_roi_leads_to_it_on_its_image(tab, tables, image, rois):
    tab.goto(tables[2])
    row = tab.locator("tbody tr").filter(has_text=str(rois["second"]))
    row.get_by_role("link", name=str(rois["second"]), exact=True).click()
    tab.wait_for_url(re.compile(rf"/image/{image}/\?.*\broi={rois['second']}\b"))
    card = tab.locator("#rois-card")
    expect(card.get_by_label("Text", exact=True)).to_have_value("second", **SOON)
    for label, value in zip("XY", SQUARES["second"], strict=True):
        expect(card.get_by_label(label, exact=True)).to_have_value(f"{value:g}")


def test_who_must_see_nothing_is_not_led_to_it(new_tab, served, rois):
    tab = served.enter(new_tab(careless=True), "charlie")
    answer = tab.goto(f"{served.url}/table/thing/roi/{rois['second']}/")
    assert answer.status == 404


def test_the_info_tab_leads_to_the_table(served, tab, image, table):
    tab.goto(f"{served.url}/image/{image}/?tab=info")
    rows, _ = table
    features = tab.locator(".files li", has_text="features.csv")
    features.locator(".file-rows summary").click()
    third = features.locator(".file-rows tbody tr").nth(2)
    third.locator("a").wait_for(**SOON)
    expect(third.locator("td").nth(1)).to_have_text(re.compile(r"\d"))
    area = third.locator("td").nth(1).inner_text()
    assert float(area) == pytest.approx(rows[2][1], rel=1e-6)
    features.get_by_role("link", name="Open table").click()
    tab.wait_for_url(table[1])


def test_others_see_nothing_of_it(new_tab, served, table):
    tab = served.enter(new_tab(careless=True), "charlie")
    tab.goto(table[1])
    tab.get_by_text("not found").first.wait_for(**SOON)
    assert not tab.get_by_text("features.csv").count()
