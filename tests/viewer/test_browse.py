"""The pages that list, as a person uses them."""

import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
TIMES = "\N{MULTIPLICATION SIGN}"
SOON = {"timeout": 20_000}
LOADED = """() => [...document.querySelectorAll('.thumb img[src]')].every(
  image => !image.dataset.thumb || image.naturalWidth > 0)"""
PAPER = """() => getComputedStyle(document.documentElement).background
  .match(/[0-9.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)"""


@pytest.fixture
def page(same_tab):
    return same_tab


def shown(page):
    """Wait for the thumbnails in view and give them."""
    thumbs = page.locator(".thumb img[src]")
    thumbs.first.wait_for(**SOON)
    page.wait_for_function(LOADED, **SOON)
    return thumbs


def test_it_works(page, served):
    page.goto(served.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Collection")
    expect(page.locator(".card, .grid li").first).to_be_visible()
    assert shown(page).count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_from_search_to_the_image(page, served):
    page.goto(served.url)
    page.keyboard.press("/")
    page.keyboard.type("BPAE_3")
    page.keyboard.press("Enter")
    link = page.locator(f'a[href="/image/{served.image_id("bpae_3ch.ome.tif")}/"]')
    expect(link).to_contain_text(f"1,100 {TIMES} 680, 3 channels", **SOON)
    shown(page)
    link.click()
    page.locator('#viewer[data-state="open"]').wait_for()


def test_search_that_finds_nothing_says_so(page, served):
    page.goto(f"{served.url}/?q=%3Cb%3Eno+such+thing%3C/b%3E")
    expect(page.locator(".plaque")).to_contain_text("<b>no such thing</b>")
    expect(page.locator(".seek input")).to_have_value("<b>no such thing</b>")


def test_dataset_and_breadcrumbs(page, served):
    page.goto(f"{served.url}/image/{served.image_id('mitosis_5d.ome.tif')}/")
    page.locator(".trail a").last.click()
    page.locator(".cell .name:not(:empty)").first.wait_for(**SOON)
    expect(page.locator(".cell .name:empty")).to_have_count(0, **SOON)
    names = page.locator(".cell .name").all_inner_texts()
    assert "mitosis" in names
    assert names == sorted(names, key=str.lower)
    facts = page.get_by_role("listitem").filter(has_text="mitosis").locator(".facts")
    expect(facts).to_have_text(f"240 {TIMES} 170, 2 channels, 5 z, 3 t", **SOON)
    shown(page)


def test_plate_shows_wells_where_they_are(page, served):
    page.goto(f"{served.url}/?q=bbbc013")
    page.locator('a.card[href^="/plate/"]').first.click()
    page.locator(".plate-grid").wait_for()
    expect(page.locator('[aria-label="Well A1"]')).to_have_count(1)
    expect(page.locator(".plate-grid thead th").first).to_have_text("1")
    shown(page)
    page.locator('[aria-label="Well A1"]').click()
    page.get_by_role("link", name="Open image").click()
    page.locator('#viewer[data-state="open"]').wait_for()


def test_thumbnails_come_in_batches(page, served):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served.url)
    shown(page)
    batches = [url for url in asked if "/get_thumbnails/" in url]
    assert 0 < len(batches) <= 10
    assert all(url.count("id=") <= 50 for url in batches)


def test_dark_and_light(new_tab, served):
    def is_dark(page):
        page.wait_for_function(f"() => ({PAPER})() < 150", **SOON)

    def is_light(page):
        page.wait_for_function(f"() => ({PAPER})() > 600", **SOON)

    page = new_tab(color_scheme="dark")
    page.goto(served.url)
    is_dark(page)
    toggle = page.locator("[data-theme-toggle]")
    expect(toggle).to_have_attribute("aria-label", "Theme: as the system")
    toggle.click()
    expect(toggle).to_have_attribute("aria-label", "Theme: light")
    is_light(page)
    page.reload()
    is_light(page)
    toggle.click()
    expect(toggle).to_have_attribute("aria-label", "Theme: dark")
    page.emulate_media(color_scheme="light")
    is_dark(page)


def test_no_page_is_wider_than_the_screen(page, served):
    image = served.image_id("bpae_3ch.ome.tif")
    for path in ("/", "/?q=tif", f"/image/{image}/"):
        page.goto(f"{served.url}{path}")
        for width in (1280, 1024, 768):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_not_there_has_a_page(new_tab, served):
    page = new_tab(careless=True)
    answer = page.goto(f"{served.url}/image/999999999/")
    assert answer.status == 404
    expect(page.locator(".plaque")).to_contain_text("999999999")
    page.get_by_role("link", name="Back to everything").click()
    page.get_by_role("heading", name="Collection").wait_for()


def status_of(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("kind", ["project", "dataset", "screen", "plate", "image"])
def test_numbers_beyond_the_database_are_not_there(served, kind):
    assert status_of(f"{served.url}/{kind}/{10**30}/") == 404


@pytest.mark.parametrize("query", ["page=x", "page=0", "show=cellar", "page=-1"])
def test_malformed_queries_are_refused(served, query):
    assert status_of(f"{served.url}/?{query}") == 400
