"""The pages that list, as a person uses them."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]
TIMES = "\N{MULTIPLICATION SIGN}"
LOADED = "images => images.every(i => !i.dataset.thumb || i.naturalWidth > 0)"


def shown(page):
    """Wait for the thumbnails in view and give them."""
    thumbs = page.locator(".thumb img[src]")
    thumbs.first.wait_for()
    assert thumbs.evaluate_all(LOADED)
    return thumbs


def test_it_works(page, served):
    page.goto(served.url)
    assert page.get_by_role("heading", level=1).inner_text() == "Collection"
    assert page.locator(".card, .grid li").count() > 0
    assert shown(page).count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_from_search_to_the_image(page, served):
    page.goto(served.url)
    page.keyboard.press("/")
    page.keyboard.type("BPAE_3")
    page.keyboard.press("Enter")
    page.locator(".cell .facts:not(:empty)").first.wait_for()
    link = page.locator(f'a[href="/image/{served.image_id("bpae_3ch.ome.tif")}/"]')
    assert f"1,100 {TIMES} 680, 3 channels" in link.inner_text()
    shown(page)
    link.click()
    page.locator('#viewer[data-state="open"]').wait_for()


def test_search_that_finds_nothing_says_so(page, served):
    page.goto(f"{served.url}/?q=%3Cb%3Eno+such+thing%3C/b%3E")
    assert "<b>no such thing</b>" in page.locator(".plaque").inner_text()
    assert page.locator(".seek input").input_value() == "<b>no such thing</b>"


def test_dataset_and_breadcrumbs(page, served):
    page.goto(f"{served.url}/image/{served.image_id('mitosis_5d.ome.tif')}/")
    page.locator(".trail a").last.click()
    page.locator(".cell .name:not(:empty)").first.wait_for()
    names = page.locator(".cell .name").all_inner_texts()
    assert "mitosis" in names
    assert names == sorted(names, key=str.lower)
    facts = page.get_by_role("listitem").filter(has_text="mitosis").locator(".facts")
    assert facts.inner_text() == f"240 {TIMES} 170, 2 channels, 5 z, 3 t"
    shown(page)


def test_plate_shows_wells_where_they_are(page, served):
    page.goto(f"{served.url}/?q=bbbc013")
    page.locator('a.card[href^="/plate/"]').first.click()
    page.locator(".plate-grid").wait_for()
    assert page.locator('[aria-label="Well A1"]').count() == 1
    assert page.locator(".plate-grid thead th").first.inner_text() == "1"
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
    def paper(page):
        color = page.evaluate("getComputedStyle(document.documentElement).background")
        return sum(int(part) for part in color.split("(")[1].split(")")[0].split(","))

    page = new_tab(color_scheme="dark")
    page.goto(served.url)
    assert paper(page) < 150
    toggle = page.locator("[data-theme-toggle]")
    assert toggle.get_attribute("aria-label") == "Theme: as the system"
    toggle.click()
    assert toggle.get_attribute("aria-label") == "Theme: light"
    assert paper(page) > 600
    page.reload()
    assert paper(page) > 600
    toggle.click()
    assert toggle.get_attribute("aria-label") == "Theme: dark"
    page.emulate_media(color_scheme="light")
    assert paper(page) < 150


def test_no_page_is_wider_than_the_screen(new_tab, served):
    page = new_tab()
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
    assert "999999999" in page.locator(".plaque").inner_text()
    page.get_by_role("link", name="Back to everything").click()
    page.get_by_role("heading", name="Collection").wait_for()


@pytest.mark.parametrize("kind", ["project", "dataset", "screen", "plate", "image"])
def test_numbers_beyond_the_database_are_not_there(new_tab, served, kind):
    page = new_tab(careless=True)
    assert page.goto(f"{served.url}/{kind}/{10**30}/").status == 404


@pytest.mark.parametrize("query", ["page=x", "page=0", "show=cellar", "page=-1"])
def test_malformed_queries_are_refused(new_tab, served, query):
    page = new_tab(careless=True)
    assert page.goto(f"{served.url}/?{query}").status == 400
