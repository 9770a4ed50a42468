"""A table as people use it: what the grid shows is what the file holds."""

import csv
import random

import pytest
from tests.chromium import chromium
from tests.viewer.annotated import annotated, log_in, run

pytestmark = pytest.mark.browser
WAIT_MS = 20_000
COUNT = 300_000
PLACES = {"Image": 0, "Area": 1, "Count": 2, "Gene": 3}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = tmp_path_factory.mktemp("tables")
    with annotated(base) as server:
        yield server


@pytest.fixture(scope="module")
def table(server, tmp_path_factory):
    """A table on the image: the rows as Python has them, and its address."""
    chance = random.Random(3)
    rows = [
        (server.image, chance.randrange(10**6) / 8, chance.randrange(50), f"g{n % 977}")
        for n in range(COUNT)
    ]
    path = tmp_path_factory.mktemp("csv") / "features.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PLACES)
        writer.writerows(rows)
    on = f"Image:{server.image}"
    run(server.home, "table", "import", str(path), "--on", on, "--as", "alice")
    ((number,),) = server.rows(
        "SELECT id FROM catalog_originalfile WHERE name = 'features.csv'"
    )
    return rows, f"{server.url}/table/{number}/"


@pytest.fixture(scope="module")
def browser(table):
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(server, table, new_tab):
    page = new_tab()
    log_in(page, server, "alice")
    page.goto(table[1])
    page.locator("tbody td a").first.wait_for(timeout=WAIT_MS)
    return page


def settle(page):
    from playwright.sync_api import expect

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
    return [(int(line[0]) - 1, line[1:]) for line in cells]


def same(found, rows):
    """Whether each row shows what the file has at its number."""
    for number, texts in found:
        image, area, count, gene = rows[number]
        assert texts[0] == str(image)
        assert float(texts[1]) == pytest.approx(area, rel=1e-6)
        assert texts[2:] == [str(count), gene]
    return [number for number, _ in found]


def test_the_first_rows_and_the_last(page, table):
    rows, _ = table
    numbers = same(shown(page), rows)
    assert len(numbers) > 10
    assert numbers == list(range(len(numbers)))
    page.locator("tbody tr").first.wait_for()
    assert page.locator("tbody tr").count() < 60  # only those on the screen are made
    page.get_by_role("region", name="Rows").focus()
    page.keyboard.press("End")
    page.get_by_text(str(COUNT), exact=True).wait_for(timeout=WAIT_MS)
    numbers = same(shown(page), rows)
    assert numbers[-1] == COUNT - 1
    box = page.locator("tbody tr").last.bounding_box()
    assert box["y"] + box["height"] <= page.viewport_size["height"] + 1


def test_sorted_both_ways_and_back(page, table):
    rows, _ = table
    by_area = sorted(range(COUNT), key=lambda n: rows[n][1])
    head = page.get_by_role("columnheader", name="Area")
    head.get_by_role("button").click()
    page.locator("th[aria-sort=ascending]").wait_for(timeout=WAIT_MS)
    numbers = same(shown(page), rows)
    assert numbers == by_area[: len(numbers)]
    page.keyboard.press("Enter")
    page.locator("th[aria-sort=descending]").wait_for(timeout=WAIT_MS)
    by_area = sorted(range(COUNT), key=lambda n: -rows[n][1])
    numbers = same(shown(page), rows)
    assert numbers == by_area[: len(numbers)]
    assert "sort=-Area" in page.url
    page.keyboard.press("Enter")
    page.locator("th[aria-sort]").wait_for(state="detached", timeout=WAIT_MS)
    assert same(shown(page), rows)[0] == 0


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
    numbers = same(shown(page), rows)
    first = by_count.index(numbers[0])
    assert abs(first - COUNT / 2) < COUNT / 100
    assert numbers == by_count[first : first + len(numbers)]


def test_filters_of_columns(page, table):
    rows, _ = table
    for label, typed in (("Filter Count", "10..12"), ("Filter Gene", "= g97")):
        page.get_by_label(label).fill(typed)
        page.keyboard.press("Enter")
        settle(page)
    expected = [
        n for n, row in enumerate(rows) if 10 <= row[2] <= 12 and row[3] == "g97"
    ]
    page.get_by_text(f"{len(expected)} of {COUNT:,} rows").wait_for(timeout=WAIT_MS)
    numbers = same(shown(page), rows)
    assert numbers == expected[: len(numbers)]
    page.reload()
    page.get_by_text(f"{len(expected)} of {COUNT:,} rows").wait_for(timeout=WAIT_MS)
    link = page.locator('[data-format="csv"]').get_attribute("href")
    table_url = page.url
    page.goto(f"{table_url.split('/table/')[0]}{link}")
    form = page.locator("form", has=page.locator('[name="QUERY"]'))
    assert "'g97'" in form.locator('[name="QUERY"]').input_value()
    page.goto(table_url)
    page.get_by_text(f"{len(expected)} of {COUNT:,} rows").wait_for(timeout=WAIT_MS)
    field = page.get_by_label("Filter Count")
    field.fill("many")
    field.press("Enter")
    page.get_by_text("is no filter for Count").wait_for(timeout=WAIT_MS)
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_text(f"{COUNT:,} rows", exact=True).wait_for(timeout=WAIT_MS)


def test_nothing_fits(page):
    page.get_by_label("Filter Area").fill("< 0")
    page.keyboard.press("Enter")
    page.get_by_text("No row fulfils the filters.").wait_for(timeout=WAIT_MS)
    assert page.locator("tbody tr").count() == 0


def test_columns_are_chosen(page):
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Area", exact=True).uncheck()
    page.get_by_role("columnheader", name="Area").wait_for(
        state="detached", timeout=WAIT_MS
    )
    settle(page)
    assert len(shown(page)[0][1]) == 3
    assert "column=Image&column=Count&column=Gene" in page.url


def test_a_row_leads_to_its_image(page, server):
    page.locator("tbody td a").first.click()
    page.wait_for_url(f"**/image/{server.image}/**")


def test_the_info_tab_leads_to_the_table(server, page, table):
    page.goto(f"{server.url}/image/{server.image}/?tab=info")
    rows, _ = table
    page.locator(".file-rows summary").click()
    third = page.locator(".file-rows tbody tr").nth(2)
    third.locator("a").wait_for(timeout=WAIT_MS)
    area = third.locator("td").nth(1).inner_text()
    assert float(area) == pytest.approx(rows[2][1], rel=1e-6)
    page.get_by_role("link", name="Open table").click()
    page.wait_for_url(table[1])


def test_others_see_nothing_of_it(new_tab, server, table):
    tab = new_tab(careless=True)
    log_in(tab, server, "charlie")
    tab.goto(table[1])
    tab.get_by_text("not found").first.wait_for(timeout=WAIT_MS)
    assert not tab.get_by_text("features.csv").count()
