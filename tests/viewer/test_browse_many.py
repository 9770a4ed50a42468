"""A dataset of 10,000 images as people look through it: grid, list, tree, Back.

The catalogue is made without files; every image has a colour and a bar of its own, so
that the pictures on the screen say which image they are.
"""

import io
import re
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from tests.patience import eventually
from tests.served import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
COUNT = 10_000
SOON = {"timeout": 20_000}
# What lies wholly on the screen, below the bar: place, id and where it is.
IN_VIEW = """() => [...document.querySelectorAll('.cell')].map(cell => {
  const box = cell.querySelector('.thumb').getBoundingClientRect();
  return [Number(cell.dataset.index), Number(cell.dataset.id),
    box.left, box.top, box.width, box.height];
}).filter(([, , , top, , height]) => top > 60 && top + height < innerHeight)
  .sort((a, b) => a[0] - b[0])"""
PICKED = "document.querySelector('#browse').selection.ids.map(t => t.id)"
ALL_LOADED = """() => {
  const seen = [...document.querySelectorAll('.cell img')].filter(image => {
    const box = image.parentElement.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  });
  return seen.length > 0 && seen.every(
    image => image.naturalWidth > 0 && getComputedStyle(image).opacity === '1');
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = tmp_path_factory.mktemp("many")
    make = [sys.executable, "-m", "bench.many", base / "home", base / "files"]
    sizes = [str(COUNT), "40", "-30"]
    subprocess.run([*make, *sizes], cwd=ROOT, check=True)
    with serving(base / "home") as served:
        yield served


@pytest.fixture
def page(same_tab):
    return same_tab


@pytest.fixture(scope="module")
def ask(server):
    """Ask the catalogue directly."""

    def rows(sql, *values):
        with sqlite3.connect(server.home / "graticule.sqlite3") as database:
            return database.execute(sql, values).fetchall()

    return rows


@pytest.fixture(scope="module")
def large(ask):
    ((found,),) = ask("SELECT id FROM catalog_dataset WHERE name = '10,000 images'")
    return found


def in_order(ask, dataset, order="lower(name), i.id"):
    rows = ask(
        "SELECT i.id FROM catalog_image i JOIN catalog_dataset_images l "
        f"ON l.image_id = i.id WHERE l.dataset_id = ? ORDER BY {order}",
        dataset,
    )
    return [pk for (pk,) in rows]


@pytest.fixture
def gallery(page, server, large):
    """The dataset in a tab, with its first pictures."""
    page.goto(f"{server.url}/dataset/{large}/")
    ready(page)
    return page


def ready(page):
    page.locator('.gallery[data-state="ready"]').wait_for(timeout=20_000)
    page.wait_for_function(ALL_LOADED, timeout=20_000)


def check_pictures(page, server, right):
    """Compare each picture on the screen with the thumbnail of the right image."""
    page.wait_for_function(ALL_LOADED, timeout=20_000)
    page.mouse.move(1, 1)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    seen = page.evaluate(IN_VIEW)
    assert len(seen) >= 4
    for index, image, left, top, width, height in seen:
        assert image == right[index]
        url = f"{server.url}/webgateway/render_thumbnail/{image}/256/"
        with urllib.request.urlopen(url) as answer:
            thumb = Image.open(io.BytesIO(answer.read())).convert("RGB")
        inside = shot.crop(
            (round(left) + 4, round(top) + 4, round(left + width), round(top + height))
        ).resize((32, 32), Image.Resampling.BOX)
        wanted = thumb.resize((32, 32), Image.Resampling.BOX)
        apart = np.abs(np.asarray(inside, float) - np.asarray(wanted, float))
        # Far less than two images differ by: colour and place of the bar.
        assert np.median(apart) < 6, (index, image)
        assert apart.mean() < 25, (index, image)
    return [index for index, *_ in seen]


def has_picked(page, images):
    """Wait until these are selected, and nothing else."""

    def check():
        assert page.evaluate(PICKED) == sorted(images)

    eventually(page, check)


def nodes(page):
    return page.evaluate("document.querySelectorAll('*').length")


def test_it_works(gallery, server, ask, large):
    expect(gallery.locator(".browse-bar .count")).to_have_text("10,000 images")
    right = in_order(ask, large)
    assert check_pictures(gallery, server, right)[0] == 0
    first = gallery.locator('.cell[data-index="0"]')
    expect(first.locator(".name")).to_have_text("cell 000000.tif")
    expect(first).to_have_attribute("aria-setsize", "10000")


def test_to_the_middle_by_wheel(gallery, server, ask, large):
    before = nodes(gallery)
    gallery.mouse.move(700, 500)
    middle = gallery.evaluate("document.documentElement.scrollHeight / 2")
    for _ in range(12):
        gallery.mouse.wheel(0, middle / 12)
        gallery.evaluate("() => new Promise(r => requestAnimationFrame(r))")
    gallery.wait_for_function(f"() => scrollY > {middle * 0.8}")
    seen = check_pictures(gallery, server, in_order(ask, large))
    assert 3_500 < seen[0] < 6_500
    assert nodes(gallery) < before + 400


def test_by_keyboard(gallery, server, ask, large):
    right = in_order(ask, large)
    focused = "() => Number(document.activeElement.closest('.cell')?.dataset.index)"

    def is_focused(index):
        gallery.wait_for_function(f"() => ({focused})() === {index}", **SOON)

    gallery.locator(".cell a").first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        gallery.keyboard.press(key)
    columns = gallery.evaluate(
        "new Set([...document.querySelectorAll('.cell')]"
        ".map(c => c.getBoundingClientRect().left)).size"
    )
    is_focused(1 + 2 * columns)
    gallery.keyboard.press("End")
    is_focused(COUNT - 1)
    assert COUNT - 1 in check_pictures(gallery, server, right)
    gallery.keyboard.press("PageUp")
    gallery.wait_for_function(f"() => ({focused})() < {COUNT - 1}", **SOON)
    here = gallery.evaluate(focused)
    assert COUNT - 60 < here < COUNT - columns
    gallery.keyboard.press("Space")
    gallery.keyboard.press("Home")
    is_focused(0)
    gallery.keyboard.press("Space")
    has_picked(gallery, [right[here], right[0]])
    gallery.keyboard.press("End")
    is_focused(COUNT - 1)
    gallery.keyboard.press("Enter")
    gallery.wait_for_url(f"{server.url}/image/{right[-1]}/**")


def test_all_and_ranges_are_selected_where_nothing_is_loaded(gallery, ask, large):
    right = in_order(ask, large)
    gallery.locator('.cell[data-index="2"]').hover()
    gallery.locator('.cell[data-index="2"] .check').click()
    gallery.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    ready(gallery)
    (index, *_), *_ = gallery.evaluate(IN_VIEW)
    gallery.locator(f'.cell[data-index="{index}"] a').click(modifiers=["Shift"])
    has_picked(gallery, right[2 : index + 1])
    gallery.keyboard.press("ControlOrMeta+a")
    has_picked(gallery, right)
    said = gallery.locator(".browse-bar .count")
    expect(said).to_have_text("10,000 of 10,000 images selected", **SOON)
    gallery.keyboard.press("Escape")
    has_picked(gallery, [])


def test_back_leads_to_where_one_was(gallery, server, ask, large):
    gallery.evaluate("scrollTo(0, document.documentElement.scrollHeight / 3)")
    check_pictures(gallery, server, in_order(ask, large))
    before = gallery.evaluate(IN_VIEW)
    gallery.locator(f'.cell[data-index="{before[0][0]}"] a').click()
    gallery.wait_for_url(f"{server.url}/image/{before[0][1]}/**")
    gallery.go_back()
    ready(gallery)

    def is_as_before():
        assert gallery.evaluate(IN_VIEW) == before

    eventually(gallery, is_as_before)
    # The address alone leads there, too.
    gallery.goto(gallery.url)
    ready(gallery)

    def is_there():
        assert before[0][0] in [index for index, *_ in gallery.evaluate(IN_VIEW)]

    eventually(gallery, is_there)


def test_size_of_thumbnails(gallery):
    width = "document.querySelector('.cell').getBoundingClientRect().width"
    before = gallery.evaluate(width)
    slider = gallery.get_by_label("Size of thumbnails")
    slider.focus()
    slider.press("End")
    gallery.wait_for_function(f"() => {width} > {before} + 60")
    gallery.reload()
    ready(gallery)
    gallery.wait_for_function(f"() => {width} > {before} + 60")
    slider.press("Home")
    gallery.wait_for_function(f"() => {width} < {before} - 30")


ORDERS = {
    "Name": "lower(name) {}",
    "Acquired": "acquired {}, lower(name)",
    "Pixel size": "pixel_width_um {}, lower(name)",
}


def test_list_is_sorted_by_the_server(gallery, server, ask, large):
    gallery.get_by_role("button", name="List").click()
    ways = [
        (title, order.format(word), way)
        for title, order in ORDERS.items()
        for way, word in (("ascending", "asc"), ("descending", "desc"))
    ]
    for place, (title, order, way) in enumerate(ways):
        head = gallery.get_by_role("columnheader", name=title)
        if place > 0:  # by name they come
            head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", way, **SOON)
        right = in_order(ask, large, order)
        row = gallery.locator('.cell[data-index="0"]')
        expect(row).to_have_attribute("data-id", str(right[0]), **SOON)
        gallery.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
        ready(gallery)

        def is_in_order(right=right):
            found = gallery.evaluate(IN_VIEW)
            assert len(found) >= 8
            assert [image for _, image, *_ in found] == [right[i] for i, *_ in found]

        eventually(gallery, is_in_order)
    assert nodes(gallery) < 1_500
    expect(gallery).to_have_url(re.compile("view=list"))
    # The choice is remembered for other pages.
    ((small,),) = ask("SELECT id FROM catalog_dataset WHERE name = '40 images'")
    gallery.goto(f"{server.url}/dataset/{small}/")
    ready(gallery)
    expect(gallery.get_by_role("table")).to_have_attribute("aria-rowcount", "41")
    expect(gallery.get_by_role("row").nth(10)).to_be_visible()
    gallery.get_by_role("button", name="Grid").click()
    expect(gallery.get_by_role("row")).to_have_count(0, **SOON)


def test_rows_say_what_the_catalogue_says(gallery, ask, large):
    gallery.get_by_role("button", name="List").click()
    ready(gallery)
    cells = gallery.locator('.cell[data-index="3"] [role="cell"]')
    ((name, pixel),) = ask(
        "SELECT name, pixel_width_um FROM catalog_image WHERE id = ?",
        in_order(ask, large)[3],
    )
    expect(cells.nth(0)).to_have_text(name, **SOON)
    expect(cells.nth(1)).to_have_text("64 \N{MULTIPLICATION SIGN} 64")
    expect(cells.nth(3)).to_have_text("8")
    said = cells.nth(5).inner_text()
    value, unit = said.split()
    scale = {"nm": 1000, "\N{MICRO SIGN}m": 1}[unit]
    assert float(value) / scale == pytest.approx(pixel, rel=0.01)


def test_thumbnails_come_in_batches_and_are_given_up(new_tab, server, large):
    page = new_tab()
    asked, given_up = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: given_up.append(request.url))
    page.goto(f"{server.url}/dataset/{large}/")
    ready(page)
    # Away again as soon as a batch is on its way.
    with page.expect_request("**/get_thumbnails/**"):
        page.evaluate("scrollTo(0, 80000)")
    page.evaluate("scrollTo(0, 200000)")
    ready(page)
    batches = [url for url in asked if "/get_thumbnails/" in url]
    assert all(1 <= url.count("id=") <= 24 for url in batches)
    wanted = sum(url.count("id=") for url in batches)
    assert wanted < 200
    assert all("/get_thumbnails/" in url for url in given_up)


def test_orphaned_images_are_a_gallery(page, server, ask):
    page.goto(f"{server.url}/?show=image")
    ready(page)
    expect(page.locator(".browse-bar .count")).to_have_text("30 images")
    lost = ask(
        "SELECT id FROM catalog_image WHERE id NOT IN "
        "(SELECT image_id FROM catalog_dataset_images) ORDER BY name"
    )
    assert check_pictures(page, server, [pk for (pk,) in lost])[0] == 0
    expect(page.locator('#tree [aria-current="page"]')).to_contain_text(
        "Orphaned images", **SOON
    )


def test_without_scripts_there_are_pages(new_tab, server, large):
    page = new_tab(java_script_enabled=False)
    page.goto(f"{server.url}/dataset/{large}/?page=2")
    expect(page.locator(".grid .name").first).to_have_text("cell 000200.tif")
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".grid .name").first).to_have_text("cell 000400.tif")


def test_trouble_is_said(new_tab, server, large):
    page = new_tab(careless=True)
    page.route("**/browse/ids/**", lambda route: route.abort())
    page.goto(f"{server.url}/dataset/{large}/")
    said = page.locator(".note")
    expect(said).to_have_text(
        "The server cannot be reached. Reload the page to try again.", **SOON
    )
    page.unroute("**/browse/ids/**")
    page.reload()
    ready(page)
    expect(said).to_be_hidden()
