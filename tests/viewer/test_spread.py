"""Settings for all images of a dataset, by the image page, and back again."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SOON = {"timeout": 20_000}
ALIKE = ("one", "two", "three")


@pytest.fixture(scope="module")
def served(house):
    """Three images alike and one with other channels; Nora owns, Otto only looks."""
    return house


def open_as(tab, served, who, name):
    served.enter(tab, who)
    tab.goto(f"{served.url}/image/{served.image_id(f'{name}.ome.tif')}/")
    tab.locator('#viewer[data-parts="there"]').wait_for(**SOON)


def ends(served):
    """The end of the first channel's window by image, as Nora has saved it."""
    rows = served.ask(
        "SELECT i.name, r.channels FROM catalog_renderingsettings r "
        "JOIN catalog_image i ON i.id = r.image_id "
        "JOIN catalog_person p ON p.id = r.person_id WHERE p.username = 'nora'"
    )
    return {name: json.loads(channels)[0]["end"] for name, channels in rows}


def test_all_that_fits_takes_them_and_gives_them_back(served, new_tab):
    tab = new_tab()
    open_as(tab, served, "nora", "one")
    end = tab.get_by_role("spinbutton", name="Nuclei: window end value")
    end.fill("1234")
    end.press("Enter")
    expect(tab.get_by_text("Not saved")).to_be_visible()
    assert ends(served) == {}
    tab.get_by_role("button", name="Apply to all…").click()
    dialog = tab.get_by_role("dialog", name="Apply these settings")
    expect(dialog).to_contain_text("All images of the dataset “Haul 1”.", **SOON)
    expect(dialog).to_contain_text("2 other images will take them. 1 image cannot")
    dialog.get_by_role("button", name="Apply").click()
    message = tab.get_by_text("These settings are saved for 3 images.")
    expect(message).to_contain_text("1 image did not take them.", **SOON)
    expect(tab.get_by_text("Not saved")).to_be_hidden()
    assert ends(served) == dict.fromkeys(ALIKE, 1234)
    tab.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(tab.get_by_text("3 images as before.")).to_be_visible(**SOON)
    assert ends(served) == {}
    # What is on the screen stays, and is said to be not saved.
    expect(end).to_have_value("1234")
    expect(tab.get_by_text("Not saved")).to_be_visible()


def test_where_nothing_fits_it_is_said(served, new_tab):
    tab = new_tab()
    open_as(tab, served, "nora", "four")
    tab.get_by_role("button", name="Apply to all…").click()
    expect(tab.get_by_text("No other image can take these settings.")).to_contain_text(
        re.compile("“Haul 1”.*Its 3 other images cannot"), **SOON
    )


def test_who_may_only_look_may_not(served, new_tab):
    tab = new_tab()
    open_as(tab, served, "otto", "one")
    expect(tab.get_by_role("button", name="Apply to all…")).to_be_disabled()


def test_pasted_settings_can_be_undone(served, new_tab):
    tab = new_tab()
    open_as(tab, served, "nora", "two")
    end = tab.get_by_role("spinbutton", name="Nuclei: window end value")
    expect(end).to_have_value(re.compile(r"\d"))
    before = end.input_value()
    end.fill("777")
    end.press("Enter")
    tab.get_by_role("button", name="Copy", exact=True).click()
    expect(tab.get_by_text("Settings copied.")).to_be_visible(**SOON)
    tab.get_by_role("button", name="Reset all").click()
    expect(end).to_have_value(before)
    tab.get_by_role("button", name="Paste", exact=True).click()
    expect(end).to_have_value("777", **SOON)
    tab.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(end).to_have_value(before)
