"""Saving settings, taking those of others, copying them from image to image.

Amy owns and Ben may annotate what is in the one group; Erin may only look at what
Ada has in the other; Charlie is in neither.
"""

import pytest
from playwright.sync_api import expect
from tests.homes import new_session

pytestmark = pytest.mark.browser
TEAM, OTHER, LAB = "team.ome.tif", "other.ome.tif", "lab.ome.tif"
SOON = {"timeout": 20_000}


@pytest.fixture(scope="module")
def served(house):
    return house


@pytest.fixture
def log_in(new_tab, served):
    """Open a tab of somebody who has just logged in."""

    def make(name, **options):
        page = new_tab(**options)
        page.context.add_cookies(new_session(served.url, name))
        return page

    return make


@pytest.fixture
def show(served):
    def make(page, name):
        page.goto(f"{served.url}/image/{served.image_id(name)}/")
        page.locator('#viewer[data-parts="there"]').wait_for(**SOON)
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
    amy, ben = show(log_in("amy"), TEAM), log_in("ben")
    unsaved = amy.locator("#unsaved")
    expect(unsaved).to_be_hidden()
    type_window(amy, 1, 500, 1500)
    amy.locator('[data-channel="2"] input[type=checkbox]').uncheck()
    amy.locator("#picture").focus()
    amy.keyboard.press("End")
    expect(unsaved).to_be_visible(**SOON)
    amy.get_by_role("button", name="Save", exact=True).click()
    expect(amy.get_by_text("Settings saved for you.")).to_be_visible(**SOON)
    expect(unsaved).to_be_hidden()
    # undo goes on; what is shown then is not what is saved
    amy.keyboard.press("Control+z")
    expect(unsaved).to_be_visible(**SOON)
    amy.keyboard.press("Control+Shift+z")
    expect(unsaved).to_be_hidden()
    show(amy, TEAM)
    expect(number(amy, 1, "start")).to_have_value("500")
    expect(number(amy, 1, "end")).to_have_value("1500")
    box = amy.locator('[data-channel="2"] input[type=checkbox]')
    expect(box).not_to_be_checked()
    expect(amy.get_by_role("spinbutton", name="Z plane, typed")).to_have_value("3")
    saved = thumb(amy, served.image_id(TEAM), "Amy")
    assert (saved["c"][0]["start"], saved["c"][0]["end"]) == (500, 1500)
    assert not saved["c"][1]["active"]
    show(amy, OTHER)
    expect(number(amy, 1, "start")).not_to_have_value("500")
    # Ben sees the owner's until he has his own
    show(ben, TEAM)
    expect(number(ben, 1, "start")).to_have_value("500")
    type_window(ben, 1, 10, 3000)
    ben.get_by_role("button", name="Save", exact=True).click()
    expect(ben.get_by_text("Settings saved for you.")).to_be_visible(**SOON)
    show(amy, TEAM)
    expect(number(amy, 1, "start")).to_have_value("500")


def test_settings_of_others_are_taken_with_one_click_and_undone(log_in, show, served):
    ben, amy = show(log_in("ben"), OTHER), log_in("amy")
    type_window(ben, 2, 77, 2222)
    ben.get_by_role("button", name="Save", exact=True).click()
    expect(ben.get_by_text("Settings saved for you.")).to_be_visible(**SOON)
    show(amy, OTHER)
    expect(number(amy, 2, "start")).not_to_have_value("77")
    before = number(amy, 2, "start").input_value()
    amy.get_by_text("Saved by people").click()
    pictures = amy.locator("#others img")
    expect(pictures).to_have_count(2)
    for index in range(2):
        pictures.nth(index).scroll_into_view_if_needed()
        amy.wait_for_function(
            "n => document.querySelectorAll('#others img')[n].naturalWidth === 64",
            arg=index,
        )
    amy.get_by_role("button", name="Ben").click()
    expect(number(amy, 2, "start")).to_have_value("77")
    expect(amy.locator("#unsaved")).to_be_visible(**SOON)
    amy.get_by_role("button", name="Undo").click()
    expect(number(amy, 2, "start")).to_have_value(before)
    expect(amy.locator("#unsaved")).to_be_hidden()
    amy.get_by_role("button", name="Amy (you)").click()
    expect(amy.locator("#unsaved")).to_be_hidden()
    # back to how it came, and saved so
    ben.get_by_role("button", name="As imported").click()
    expect(ben.get_by_text("As the image came")).to_be_visible(**SOON)
    expect(number(ben, 2, "start")).to_have_value(before)
    expect(ben.locator("#unsaved")).to_be_hidden()
    saved = thumb(ben, served.image_id(OTHER), "Ben")
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
    amy = show(log_in("amy"), TEAM)
    type_window(amy, 1, 111, 1111)
    type_window(amy, 2, 222, 2222)
    card = amy.locator('[data-channel="2"]')
    card.get_by_role("button", name="Yellow").click()
    card.get_by_role("button", name="Reverse").click()
    card.get_by_role("combobox", name="curve").select_option("polynomial")
    amy.get_by_role("button", name="Copy", exact=True).click()
    expect(amy.get_by_text("Settings copied.")).to_be_visible(**SOON)
    tab = show(amy.context.new_page(), OTHER)
    third = number(tab, 3, "start").input_value()
    tab.get_by_role("button", name="Paste").click()
    expect(tab.get_by_text("They are of 2 channels, here are 3")).to_be_visible(**SOON)
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
    held = amy.evaluate(
        "() => fetch('/webgateway/getImgRDef/').then((answer) => answer.json())"
    )
    assert held["rdef"]["c"].startswith("1|111:1111$")
    other = show(log_in("amy"), TEAM)
    other.get_by_role("button", name="Paste").click()
    expect(other.get_by_text("Nothing has been copied yet")).to_be_visible(**SOON)
