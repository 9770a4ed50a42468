"""A link is made, opened by somebody without a login, and revoked."""

import io
import re

import numpy as np
import pytest
import tifffile
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SLOW = 20_000
SOON = {"timeout": SLOW}


@pytest.fixture(scope="module")
def served(house):
    return house


@pytest.fixture
def owner(new_tab, served):
    return served.enter(new_tab(), "anna")


def make_link(page):
    page.wait_for_load_state()  # the scripts listen
    page.get_by_role("button", name="Share by a link").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Good for").select_option("1 month")
    dialog.get_by_role("button", name="Make a link").click()
    field = dialog.get_by_label("The link, shown only now")
    field.wait_for(timeout=SLOW)
    return field.input_value()


def test_a_dataset_seen_and_no_more(owner, new_tab, served):
    shown, hidden = served.image_id("a0.tif"), served.image_id("b0.tif")
    owner.goto(f"{served.url}/image/{shown}/")
    owner.locator(".trail a").last.click()
    owner.get_by_role("heading", name="Day 1", level=1).wait_for()
    link = make_link(owner)
    assert link.startswith(f"{served.url}/share/")

    guest = new_tab(careless=True)  # what is not there is a 404
    wrong = []
    guest.on("pageerror", lambda error: wrong.append(str(error)))
    guest.goto(link)
    guest.get_by_role("heading", name="Day 1", level=1).wait_for()
    guest.wait_for_load_state()
    expect(guest.locator(".masthead")).to_contain_text("Shared by Anna until")
    expect(guest.locator("[data-item]")).to_have_count(4)
    guest.locator(".thumb img[src]").first.wait_for()
    for name in ("Log in", "Search", "Make", "Share by a link", "Embryos"):
        assert guest.locator(".masthead, main").get_by_text(name).count() == 0, name

    # The image in the viewer, and its pixels as the file has them.
    guest.locator('[data-item][data-name="a0.tif"] a').click()
    guest.locator('#viewer[data-state="open"]').wait_for(timeout=SLOW)
    guest.locator('#viewer[data-parts="there"]').wait_for(timeout=SLOW)
    guest.get_by_role("tab", name="Info").click()
    expect(guest.locator("#info")).not_to_be_empty(**SOON)
    assert guest.get_by_role("link", name="Original files").count() == 0
    answer = guest.request.get(f"{link}webgateway/render_image/{shown}/0/0/?format=png")
    seen = np.asarray(Image.open(io.BytesIO(answer.body())).convert("L"), float)
    file = next(served.files.rglob("a0.tif"))
    pixels = tifffile.imread(file).astype(float)
    assert np.abs(seen - pixels).max() < 2
    assert not wrong

    # The neighbour dataset's images are not there, by no way.
    for path in (f"image/{hidden}/", f"webgateway/imgData/{hidden}/", "account/"):
        assert guest.request.get(link + path).status in {403, 404}

    # Revoked where it was made: gone at the next look.
    dialog = owner.get_by_role("dialog")
    dialog.get_by_role("button", name="Revoke").click()
    expect(dialog.get_by_role("listitem")).to_have_count(0, **SOON)
    guest.reload()
    guest.get_by_text("it has expired or was revoked").wait_for()


def test_an_image_and_the_list_of_links(owner, new_tab, served):
    owner.goto(f"{served.url}/image/{served.image_id('c1.tif')}/")
    link = make_link(owner)
    guest = new_tab()
    guest.goto(link)
    guest.locator('#viewer[data-state="open"]').wait_for(timeout=SLOW)
    expect(guest.locator(".trail")).to_have_text(re.compile(r"^\s*c1\.tif\s*$"))
    owner.get_by_role("link", name="All your links").click()
    row = owner.get_by_role("row", name="c1.tif")
    row.wait_for(**SOON)
    expect(row).not_to_contain_text("never")
    row.get_by_role("button", name="Revoke").click()
    owner.get_by_text("You have shared nothing by a link").wait_for()
    assert guest.request.get(link).status == 404
