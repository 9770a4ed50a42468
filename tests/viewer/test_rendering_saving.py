"""Saving settings, taking those of others, copying them from image to image.

Alice owns and Bob may annotate what is in the one group; Erin may only look at what
Ada has in the other; Charlie is in neither.
"""

import shutil
import subprocess

import numpy as np
import pytest
import tifffile
from playwright.sync_api import expect
from tests.chromium import chromium
from tests.served import GRATICULE, environment, serving

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
TEAM, OTHER, LAB = "team.ome.tif", "other.ome.tif", "lab.ome.tif"


def write(path, channels=2):
    rng = np.random.default_rng(5)
    data = rng.integers(0, 4000, (3, channels, 64, 96), np.uint16)
    names = ["Nuclei", "Actin", "Tubulin"][:channels]
    metadata = {"axes": "ZCYX", "Channel": {"Name": names}}
    tifffile.imwrite(path, data, photometric="minisblack", metadata=metadata)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    base = tmp_path_factory.mktemp("saving")
    home, team, lab = base / "home", base / "team", base / "lab"
    team.mkdir()
    lab.mkdir()
    write(team / TEAM)
    write(team / OTHER, channels=3)
    write(lab / LAB)

    def run(*words, typed=""):
        command = [*GRATICULE, *words]
        subprocess.run(
            command,
            env=environment(home),
            input=typed,
            text=True,
            check=True,
            capture_output=True,
        )

    typed = f"{PASSWORD}\n{PASSWORD}\n"
    for name, group, permissions in (
        ("alice", "team", "read-annotate"),
        ("bob", "team", "read-annotate"),
        ("ada", "lab", "read-only"),
        ("erin", "lab", "read-only"),
    ):
        words = ("--group", group, "--permissions", permissions)
        run("user", "add", name, "--first-name", name.title(), *words, typed=typed)
    run("user", "add", "charlie", typed=typed)
    run("scan", str(team), "--owner", "alice", "--group", "team")
    run("scan", str(lab), "--owner", "ada", "--group", "lab")
    with serving(home) as server:
        yield server
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def browser(served):
    with chromium() as browser:
        yield browser


@pytest.fixture
def log_in(new_tab, served):
    def make(name, **options):
        page = new_tab(**options)
        page.goto(f"{served.url}/webclient/login/")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(lambda url: "login" not in url)
        return page

    return make


@pytest.fixture
def show(served):
    def make(page, name):
        page.goto(f"{served.url}/image/{served.image_id(name)}/")
        page.locator('#viewer[data-parts="there"]').wait_for()
        return page

    return make


def number(page, channel, end):
    card = page.locator(f'[data-channel="{channel}"]')
    if not card.locator(".details").is_visible():
        card.get_by_role("button", name="more").click()
    return card.get_by_role("spinbutton", name=f"window {end} value")


def type_window(page, channel, start, end):
    for name, value in (("end", end), ("start", start)):
        field = number(page, channel, name)
        field.fill(str(value))
        field.press("Enter")


def thumb(page, image, person):
    """What the server draws for a person now, as an array of floats."""
    url = f"/webgateway/get_image_rdefs_json/{image}/"
    found = page.evaluate("url => fetch(url).then((answer) => answer.json())", url)
    return {row["owner"]["firstName"]: row for row in found["rdefs"]}.get(person)


def test_what_is_saved_is_there_again_and_for_nobody_else(log_in, show, served):
    alice, bob = show(log_in("alice"), TEAM), log_in("bob")
    unsaved = alice.locator("#unsaved")
    expect(unsaved).to_be_hidden()
    type_window(alice, 1, 500, 1500)
    alice.locator('[data-channel="2"] input[type=checkbox]').uncheck()
    alice.locator("#picture").focus()
    alice.keyboard.press("End")
    expect(unsaved).to_be_visible()
    alice.get_by_role("button", name="Save", exact=True).click()
    expect(alice.get_by_text("Settings saved for you.")).to_be_visible()
    expect(unsaved).to_be_hidden()
    # undo goes on; what is shown then is not what is saved
    alice.keyboard.press("Control+z")
    expect(unsaved).to_be_visible()
    alice.keyboard.press("Control+Shift+z")
    expect(unsaved).to_be_hidden()
    show(alice, TEAM)
    assert number(alice, 1, "start").input_value() == "500"
    assert number(alice, 1, "end").input_value() == "1500"
    assert not alice.locator('[data-channel="2"] input[type=checkbox]').is_checked()
    expect(alice.get_by_role("spinbutton", name="Z plane, typed")).to_have_value("3")
    saved = thumb(alice, served.image_id(TEAM), "Alice")
    assert (saved["c"][0]["start"], saved["c"][0]["end"]) == (500, 1500)
    assert not saved["c"][1]["active"]
    show(alice, OTHER)
    assert number(alice, 1, "start").input_value() != "500"
    # Bob sees the owner's until he has his own
    show(bob, TEAM)
    assert number(bob, 1, "start").input_value() == "500"
    type_window(bob, 1, 10, 3000)
    bob.get_by_role("button", name="Save", exact=True).click()
    expect(bob.get_by_text("Settings saved for you.")).to_be_visible()
    show(alice, TEAM)
    assert number(alice, 1, "start").input_value() == "500"


def test_settings_of_others_are_taken_with_one_click_and_undone(log_in, show, served):
    bob, alice = show(log_in("bob"), OTHER), log_in("alice")
    type_window(bob, 2, 77, 2222)
    bob.get_by_role("button", name="Save", exact=True).click()
    expect(bob.get_by_text("Settings saved for you.")).to_be_visible()
    show(alice, OTHER)
    before = number(alice, 2, "start").input_value()
    assert before != "77"
    alice.get_by_text("Saved by people").click()
    pictures = alice.locator("#others img")
    expect(pictures).to_have_count(2)
    for index in range(2):
        pictures.nth(index).scroll_into_view_if_needed()
        alice.wait_for_function(
            "n => document.querySelectorAll('#others img')[n].naturalWidth === 64",
            arg=index,
        )
    alice.get_by_role("button", name="Bob").click()
    expect(number(alice, 2, "start")).to_have_value("77")
    expect(alice.locator("#unsaved")).to_be_visible()
    alice.get_by_role("button", name="Undo").click()
    expect(number(alice, 2, "start")).to_have_value(before)
    expect(alice.locator("#unsaved")).to_be_hidden()
    alice.get_by_role("button", name="Alice (you)").click()
    expect(alice.locator("#unsaved")).to_be_hidden()
    # back to how it came, and saved so
    bob.get_by_role("button", name="As imported").click()
    expect(bob.get_by_text("As the image came")).to_be_visible()
    expect(number(bob, 2, "start")).to_have_value(before)
    expect(bob.locator("#unsaved")).to_be_hidden()
    saved = thumb(bob, served.image_id(OTHER), "Bob")
    assert saved["c"][1]["start"] == pytest.approx(float(before))


def test_who_may_not_save_sees_why(log_in, show, served, new_tab):
    erin = show(log_in("erin"), LAB)
    save = erin.get_by_role("button", name="Save", exact=True)
    expect(save).to_be_disabled()
    expect(erin.locator("#why-not")).to_be_hidden()
    type_window(erin, 1, 5, 99)
    expect(erin.locator("#why-not")).to_have_text(
        "You may look at this image, not annotate it: its group decides. "
        "Copy and the link keep settings, too."
    )
    expect(erin.get_by_role("button", name="As imported")).to_be_disabled()
    assert thumb(erin, served.image_id(LAB), "Erin") is None
    charlie = log_in("charlie", careless=True)
    for page in (charlie, new_tab(careless=True)):
        answer = page.goto(f"{served.url}/image/{served.image_id(LAB)}/")
        assert answer.status in {401, 403, 404}
        assert page.locator("#picture").count() == 0


def test_settings_are_copied_from_image_to_image(log_in, show, new_tab):
    alice = show(log_in("alice"), TEAM)
    type_window(alice, 1, 111, 1111)
    type_window(alice, 2, 222, 2222)
    card = alice.locator('[data-channel="2"]')
    card.get_by_role("button", name="Yellow").click()
    card.get_by_role("button", name="Reverse").click()
    card.get_by_role("combobox", name="curve").select_option("polynomial")
    alice.get_by_role("button", name="Copy", exact=True).click()
    expect(alice.get_by_text("Settings copied.")).to_be_visible()
    tab = show(alice.context.new_page(), OTHER)
    third = number(tab, 3, "start").input_value()
    tab.get_by_role("button", name="Paste").click()
    expect(tab.get_by_text("They are of 2 channels, here are 3")).to_be_visible()
    expect(number(tab, 1, "start")).to_have_value("111")
    expect(number(tab, 2, "end")).to_have_value("2222")
    expect(number(tab, 3, "start")).to_have_value(third)
    pasted = tab.locator('[data-channel="2"]')
    reverse = pasted.get_by_role("button", name="Reverse")
    expect(reverse).to_have_attribute("aria-pressed", "true")
    curve = pasted.get_by_role("combobox", name="curve")
    expect(curve).to_have_value("polynomial")
    yellow = pasted.get_by_role("button", name="Yellow")
    expect(yellow).to_have_attribute("aria-pressed", "true")
    channels = tab.get_by_role("tabpanel", name="Channels")
    undo = channels.get_by_role("button", name="Undo")
    undo.click()
    expect(curve).to_have_value("linear")
    expect(undo).to_be_disabled()
    # the server holds it for other clients of the same session, too
    held = alice.evaluate(
        "() => fetch('/webgateway/getImgRDef/').then((answer) => answer.json())"
    )
    assert held["rdef"]["c"].startswith("1|111:1111$")
    other = show(log_in("alice"), TEAM)
    other.get_by_role("button", name="Paste").click()
    expect(other.get_by_text("Nothing has been copied yet")).to_be_visible()
