"""Settings for all images of a dataset, by the image page, and back again."""

import json
import re
import sqlite3

import numpy as np
import pytest
import tifffile
from playwright.sync_api import expect
from tests.chromium import chromium
from tests.served import serving
from tests.viewer.annotated import PASSWORD, run

pytestmark = pytest.mark.browser
SOON = {"timeout": 20_000}
ALIKE = ("one", "two", "three")


def write(folder, name, channels):
    values = np.random.default_rng(7).integers(0, 4000, (channels, 40, 60), np.uint16)
    tifffile.imwrite(
        folder / f"{name}.ome.tif",
        values,
        photometric="minisblack",
        metadata={
            "axes": "CYX",
            "Name": name,
            "Channel": {"Name": ["Nuclei", "Actin", "Tubulin"][:channels]},
        },
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Three images alike and one with other channels; Alice owns, Bob only looks."""
    base = tmp_path_factory.mktemp("spread")
    home, folder = base / "home", base / "files" / "Plankton" / "Day 1"
    folder.mkdir(parents=True)
    for name in ALIKE:
        write(folder, name, 2)
    write(folder, "other", 3)
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    group = ("--group", "sea", "--permissions", "read-only")
    for name in ("alice", "bob"):
        run(home, "user", "add", name, *group, typed=twice)
    run(home, "scan", str(base / "files"), "--owner", "alice", "--group", "sea")
    with serving(home) as served:
        yield served


@pytest.fixture(scope="module")
def browser(server):
    with chromium() as browser:
        yield browser


def open_as(tab, server, who, name):
    tab.goto(f"{server.url}/webclient/login/")
    tab.get_by_label("User name").fill(who)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    tab.wait_for_url(lambda address: "login" not in address)
    tab.goto(f"{server.url}/image/{server.image_id(f'{name}.ome.tif')}/")
    tab.locator('#viewer[data-parts="there"]').wait_for(**SOON)


def ends(server):
    """The end of the first channel's window by image, as Alice has saved it."""
    with sqlite3.connect(server.home / "graticule.sqlite3") as database:
        rows = database.execute(
            "SELECT i.name, r.channels FROM catalog_renderingsettings r "
            "JOIN catalog_image i ON i.id = r.image_id "
            "JOIN catalog_person p ON p.id = r.person_id WHERE p.username = 'alice'"
        ).fetchall()
    return {name: json.loads(channels)[0]["end"] for name, channels in rows}


def test_all_that_fits_takes_them_and_gives_them_back(server, new_tab):
    tab = new_tab()
    open_as(tab, server, "alice", "one")
    end = tab.get_by_role("spinbutton", name="Nuclei: window end value")
    end.fill("1234")
    end.press("Enter")
    expect(tab.get_by_text("Not saved")).to_be_visible()
    assert ends(server) == {}
    tab.get_by_role("button", name="Apply to all…").click()
    dialog = tab.get_by_role("dialog", name="Apply these settings")
    expect(dialog).to_contain_text("All images of the dataset “Day 1”.", **SOON)
    expect(dialog).to_contain_text("2 other images will take them. 1 image cannot")
    dialog.get_by_role("button", name="Apply").click()
    message = tab.get_by_text("These settings are saved for 3 images.")
    expect(message).to_contain_text("1 image did not take them.", **SOON)
    expect(tab.get_by_text("Not saved")).to_be_hidden()
    assert ends(server) == dict.fromkeys(ALIKE, 1234)
    tab.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(tab.get_by_text("3 images as before.")).to_be_visible(**SOON)
    assert ends(server) == {}
    # What is on the screen stays, and is said to be not saved.
    expect(end).to_have_value("1234")
    expect(tab.get_by_text("Not saved")).to_be_visible()


def test_where_nothing_fits_it_is_said(server, new_tab):
    tab = new_tab()
    open_as(tab, server, "alice", "other")
    tab.get_by_role("button", name="Apply to all…").click()
    expect(tab.get_by_text("No other image can take these settings.")).to_contain_text(
        re.compile("“Day 1”.*Its 3 other images cannot"), **SOON
    )


def test_who_may_only_look_may_not(server, new_tab):
    tab = new_tab()
    open_as(tab, server, "bob", "one")
    expect(tab.get_by_role("button", name="Apply to all…")).to_be_disabled()


def test_pasted_settings_can_be_undone(server, new_tab):
    tab = new_tab()
    open_as(tab, server, "alice", "two")
    end = tab.get_by_role("spinbutton", name="Nuclei: window end value")
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
