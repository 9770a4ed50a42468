"""The page of TAP: an example asked and shown, a slip pointed at, rows as a file."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SOON = {"timeout": 20_000}
EXAMPLE = "The largest images"


@pytest.fixture(scope="module")
def served(house):
    return house


@pytest.fixture
def page(new_tab, served):
    page = served.enter(new_tab(), "amy")
    page.goto(f"{served.url}/tap")
    return page


def ask(page):
    page.get_by_role("button", name="Show rows").click()


def rows_on(page):
    """The rows below the form, as texts by the names of their columns."""
    expect(page.get_by_role("heading", name="Rows")).to_be_visible(**SOON)
    table = page.get_by_role("region", name="Rows")
    heads = table.get_by_role("columnheader").all_inner_texts()
    names = [head.partition(" [")[0] for head in heads]  # without units
    lines = table.locator("tbody tr")
    return [
        dict(zip(names, line.locator("td").all_inner_texts(), strict=True))
        for line in lines.all()
    ]


def test_an_example_shows_rows_and_gives_them_as_a_file(page, served):
    page.get_by_label("Begin with an example").select_option(label=EXAMPLE)
    query = page.get_by_label("Query", exact=True)
    expect(query).to_have_value(re.compile("^SELECT TOP 20 "))
    query.fill(query.input_value().replace("TOP 20", "TOP 200"))
    ask(page)
    shown = rows_on(page)
    expect(page.locator("[data-count]")).to_contain_text(f"{len(shown)} rows")
    # What Amy may see, by the catalogue itself: what her group has.
    visible = {
        str(number): (name, str(width), str(height))
        for number, name, width, height in served.ask(
            "SELECT i.id, i.name, i.size_x, i.size_y FROM catalog_image i "
            "JOIN catalog_group g ON g.id = i.group_id WHERE g.name = 'team'"
        )
    }
    assert len(visible) == 2
    assert {
        row["image_id"]: (row["name"], row["size_x"], row["size_y"]) for row in shown
    } == visible
    widths = [int(row["size_x"]) for row in shown]
    assert widths == sorted(widths, reverse=True)
    page.get_by_label("As a file").select_option("CSV")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    with Path(waiting.value.path()).open(newline="") as file:
        assert list(csv.DictReader(file)) == shown


def test_a_slip_is_pointed_at_and_mended(new_tab, served):
    page = served.enter(new_tab(careless=True), "amy")  # a bad query is a 400
    page.goto(f"{served.url}/tap")
    query = page.get_by_label("Query", exact=True)
    query.fill("SELECT image_id\nFRM graticule.images")
    ask(page)
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text(re.compile(r"line 2, column \d+"), **SOON)
    line, column = map(
        int, re.search(r"line (\d+), column (\d+)", trouble.inner_text()).groups()
    )
    assert 1 <= column <= len("FRM graticule.images") + 1
    place = query.evaluate("field => field.selectionStart")
    assert place == len("SELECT image_id\n") * (line - 1) + column - 1
    expect(query).to_be_focused()
    query.fill("SELECT image_id\nFROM graticule.images\nWHERE name = 'nothing'")
    ask(page)
    expect(page.locator("[data-count]")).to_contain_text("No rows.", **SOON)
    expect(trouble).to_be_hidden()
