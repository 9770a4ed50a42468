"""The plate page: wells coloured by a table, one well near, wells that miss."""

import csv
import re
from functools import partial

import numpy as np
import pytest
from playwright.sync_api import expect
from tests.homes import fill
from tests.patience import eventually
from tests.viewer.house import PLATES

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
# Where real wells of the real plate lie.
WELLS = ("A1", "A3", "A6", "B1", "B3", "B6")


@pytest.fixture(scope="module")
def served(house, shared_data):
    return house


@pytest.fixture(scope="module")
def plate(served, tmp_path_factory):
    """The address of the real plate, with doses in a table, and the table's rows.

    Last the address of a plate of two fields, which has the same table.
    """
    table = tmp_path_factory.mktemp("plate") / "doses.csv"
    rows = [
        (well, number * 1.5, note)
        for number, well in enumerate([*WELLS[:5], *WELLS[:5]])
        for note in ("x",)
    ]
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([("Well", "Dose", "Note"), *rows])
    plates = [
        number
        for name in PLATES
        for (number,) in served.ask(
            "SELECT p.id FROM catalog_plate p JOIN catalog_fileset f "
            "ON f.id = p.fileset_id WHERE f.entry LIKE ?",
            f"%/{name}",
        )
    ]
    fill(
        served.home,
        *(("table", "import", str(table), "--on", f"Plate:{n}") for n in plates),
    )
    first, second = (f"{served.url}/plate/{number}/" for number in plates)
    return first, rows, second


@pytest.fixture
def page(new_tab, plate):
    page = new_tab()
    page.goto(plate[0])
    page.locator('#plate-tools[data-state="ready"]').wait_for()
    return page


def well(page, label):
    return page.locator(f'td[data-label="{label}"] .well')


def colour(page, label):
    text = well(page, label).evaluate(
        "well => getComputedStyle(well, '::after').backgroundColor"
    )
    return tuple(map(int, re.findall(r"\d+", text)))


def is_coloured(page, label, wanted):
    assert np.abs(np.array(colour(page, label)[:3]) - wanted).max() < 8, label


# Ends and middle of Matplotlib's viridis, as published.
VIRIDIS = {0.0: (68, 1, 84), 0.5: (33, 145, 140), 1.0: (253, 231, 37)}


def test_wells_are_coloured_by_a_column(page, plate):
    _, rows, _ = plate
    means = {
        name: np.mean([value for other, value, _ in rows if other == name])
        for name in WELLS[:5]
    }
    page.get_by_label("Colour by").select_option(label="Dose")
    page.locator("#plate[data-colored=Dose]").wait_for()
    least, greatest = min(means.values()), max(means.values())
    for name, mean in means.items():
        assert float(well(page, name).get_attribute("data-value")) == mean
    # The means are evenly spread over A1 to B3.
    for name, place in (("A1", 0.0), ("A6", 0.5), ("B3", 1.0)):
        assert (means[name] - least) / (greatest - least) == place
        eventually(page, partial(is_coloured, page, name, VIRIDIS[place]))
    # Of this one the table says nothing.
    assert well(page, "B6").get_attribute("data-value") is None
    legend = page.locator(".heat-legend").inner_text().split()
    assert [float(text) for text in legend] == [least, greatest]
    page.get_by_label("Of each well").select_option(label="Greatest")
    page.locator('td[data-label="A1"] [data-value="7.5"]').wait_for()
    # The address brings it back.
    page.reload()
    page.locator('td[data-label="A1"] [data-value="7.5"]').wait_for()
    page.get_by_label("Colour by").select_option(label="Pictures")
    page.locator("#plate[data-colored]").wait_for(state="detached")
    expect(page).not_to_have_url(re.compile("color="))


def test_a_well_near_and_its_neighbour_by_a_key(page):
    well(page, "A1").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("heading", name="Well A1").wait_for()
    picture = dialog.locator(".large img")
    assert picture.evaluate(
        "async image => { await image.decode(); return image.naturalWidth; }"
    ) in range(400, 513)
    expect(page).to_have_url(re.compile("well=A1"))
    dialog.press("ArrowDown")
    dialog.get_by_role("heading", name="Well B1").wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    expect(page).not_to_have_url(re.compile("well="))
    expect(well(page, "B1")).to_be_focused()


def test_near_wells_too_arrows_go_over_missing_ones(page):
    well(page, "A1").click()
    page.get_by_role("heading", name="Well A1").wait_for()
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name="Well A3").wait_for()


def test_another_field_keeps_its_colours_and_is_near_what_it_is_afar(new_tab, plate):
    page = new_tab()
    page.goto(plate[2])
    page.get_by_label("Colour by").select_option(label="Dose")
    page.locator("#plate[data-colored=Dose]").wait_for()
    page.get_by_role("navigation", name="Field").get_by_role("link", name="2").click()
    page.wait_for_url(re.compile("field=2"))
    page.locator("#plate[data-colored=Dose]").wait_for()
    href = well(page, "A2").get_attribute("href")
    well(page, "A2").click()
    second = page.get_by_role("dialog").get_by_role("button", name="Field 2")
    expect(second).to_have_attribute("aria-pressed", "true")
    assert page.get_by_role("link", name="Open image").get_attribute("href") == href


def test_a_well_that_cannot_be_near_is_opened(new_tab, plate):
    page = new_tab(careless=True)
    page.route("**/plates/*/wells/**", lambda route: route.abort())
    page.goto(plate[0])
    page.locator('#plate-tools[data-state="ready"]').wait_for()
    href = well(page, "A3").get_attribute("href")
    well(page, "A3").click()
    page.wait_for_url(re.compile(re.escape(href)))


def test_from_the_well_to_its_image(page):
    well(page, "A3").click()
    href = well(page, "A3").get_attribute("href")
    page.get_by_role("link", name="Open image").click()
    page.locator('#viewer[data-state="open"]').wait_for()
    assert page.url.partition("?")[0].endswith(href)


def test_arrows_go_over_missing_wells(page):
    well(page, "A1").focus()
    page.keyboard.press("ArrowRight")
    expect(well(page, "A3")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(well(page, "B3")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Well B1").wait_for()


def test_missing_wells_are_told_from_others(page):
    missing = page.locator('td[data-label="A2"]')
    expect(missing.locator(".missing")).to_have_attribute(
        "title", "A2: not on this plate"
    )
    expect(missing.locator(".well")).to_have_count(0)
    expect(page.locator(".page-head")).to_contain_text("6 wells")


def test_the_size_of_wells(page):
    before = well(page, "A1").bounding_box()["width"]
    page.get_by_label("Size of wells").fill("14")

    def it_is_larger():
        assert well(page, "A1").bounding_box()["width"] > before * 1.3

    eventually(page, it_is_larger)
    expect(page).to_have_url(re.compile("size=14"))
