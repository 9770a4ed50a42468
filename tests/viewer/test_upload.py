"""Uploading as a person does it: drop, watch, look at the image; and a bad line."""

import base64
from pathlib import Path

import numpy as np
import pytest
import tifffile
from playwright.sync_api import expect

from graticule.demo.ngff import write_image

pytestmark = pytest.mark.browser
SLOW_MS = 60_000
SOON = {"timeout": SLOW_MS}

DROP = """
([files, kind]) => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { lastModified: 1 }));
  }
  const event = new DragEvent(kind, { dataTransfer: transfer, bubbles: true,
    cancelable: true });
  document.querySelector("#content").dispatchEvent(event);
}
"""


@pytest.fixture(scope="module")
def served(house):
    """A dataset of Uma's that Ulf sees, a worker for jobs."""
    return house


@pytest.fixture
def dataset(served):
    ((found,),) = served.ask("SELECT id FROM catalog_dataset WHERE name = 'embryos'")
    return found


def names_in(served, dataset):
    rows = served.ask(
        "SELECT i.name FROM catalog_image i JOIN catalog_dataset_images d "
        "ON d.image_id = i.id WHERE d.dataset_id = ? ORDER BY i.name",
        dataset,
    )
    return [name for (name,) in rows]


@pytest.fixture
def open_as(new_tab, served, dataset):
    def make(name, **options):
        page = served.enter(new_tab(**options), name)
        page.goto(f"{served.url}/dataset/{dataset}/")
        page.get_by_role("heading", level=1, name="embryos").wait_for()
        return page

    return make


def panel(page, state):
    found = page.locator(f'.upload-panel[data-upload-state="{state}"]')
    found.wait_for(timeout=SLOW_MS)
    return found


def drop(page, files):
    page.locator(".upload[data-ready]").wait_for()
    encoded = [[name, base64.b64encode(data).decode()] for name, data in files.items()]
    page.evaluate(DROP, [encoded, "dragenter"])
    expect(page.locator(".drop-here")).to_be_visible()
    page.evaluate(DROP, [encoded, "drop"])
    expect(page.locator(".drop-here")).to_be_hidden()


def tiff(path, seed):
    pixels = np.random.default_rng(seed).integers(0, 255, (90, 120), np.uint8)
    tifffile.imwrite(path, pixels)
    return path.read_bytes()


def test_it_works_from_the_drop_to_the_image(served, dataset, open_as, tmp_path):
    page = open_as("uma")
    files = {f"drop {n}.tif": tiff(tmp_path / f"{n}.tif", n) for n in range(3)}
    drop(page, files)
    ended = panel(page, "ended")
    expect(ended.get_by_role("heading")).to_have_text("3 images are here now", **SOON)
    assert set(files) <= set(names_in(served, dataset))
    for name in files:
        expect(page.get_by_role("main").get_by_text(name).first).to_be_visible(**SOON)
    page.get_by_role("link", name="drop 1.tif").click()
    page.locator('#viewer[data-state="open"]').wait_for(timeout=SLOW_MS)
    (found,) = (served.home / "uploads").rglob("drop 1.tif")
    assert found.read_bytes() == files["drop 1.tif"]


def test_a_folder_is_one_image(served, dataset, open_as, tmp_path):
    page = open_as("uma")
    pixels = np.arange(2 * 64 * 80, dtype=np.uint16).reshape(2, 64, 80)
    store = tmp_path / "field.ome.zarr"
    write_image(
        store, pixels, name="field", channels=(), pixel_um=0.5, levels=1, chunk=32
    )
    (store / ".DS_Store").write_bytes(b"litter")
    page.locator('input[name="folder"]').set_input_files(store)
    expect(panel(page, "ended")).to_contain_text("1 image is here now", **SOON)
    rows = served.ask(
        "SELECT f.entry, i.size_x, i.size_c "
        "FROM catalog_image i JOIN catalog_fileset f "
        "ON f.id = i.fileset_id WHERE f.entry LIKE '%field.ome.zarr'",
    )
    ((entry, width, channels),) = rows
    assert (width, channels) == (80, 2)
    assert not (Path(entry) / ".DS_Store").exists()


def test_a_line_that_breaks_goes_on_by_itself(served, open_as, tmp_path):
    """Every second piece of the way is cut off; the person sees nothing of it."""
    page = open_as("uma", careless=True)
    data = tiff(tmp_path / "weak.tif", 9)
    cut = []

    def sometimes(route):
        if len(cut) < 2 and route.request.method in {"PATCH", "POST"}:
            cut.append(route.request.method)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/upload/", sometimes)
    drop(page, {"weak.tif": data})
    expect(panel(page, "ended")).to_contain_text("1 image is here now", **SOON)
    assert cut == ["POST", "POST"]
    (found,) = (served.home / "uploads").rglob("weak.tif")
    assert found.read_bytes() == data


def test_a_closed_page_goes_on_with_the_same_files(served, open_as, tmp_path):
    """What has arrived is not sent again after the page was closed."""
    files = {f"again {n}.tif": tiff(tmp_path / f"{n}.tif", 20 + n) for n in range(2)}
    page = open_as("uma", careless=True)
    sent = []

    def first_only(route):
        if len(sent) < 1 or "sets" in route.request.url:
            sent.append(route.request.url)
            route.continue_()

    page.route("**/upload/", first_only)
    drop(page, files)
    page.get_by_text("1 of 2 there").wait_for(timeout=SLOW_MS)
    page.close(run_before_unload=False)
    page = open_as("uma")
    posts = []
    page.on(
        "request",
        lambda request: (
            posts.append(request.url) if request.url.endswith("/upload/") else None
        ),
    )
    drop(page, files)
    expect(panel(page, "ended")).to_contain_text("2 images are here now", **SOON)
    # The other one may have got through while the page was closing.
    assert len(posts) <= 1
    for name, data in files.items():
        (found,) = (served.home / "uploads").rglob(name)
        assert found.read_bytes() == data


def test_what_is_no_image_is_said_and_can_be_removed(served, dataset, open_as):
    page = open_as("uma", careless=True)
    before = names_in(served, dataset)
    drop(page, {"bad.tif": b"II*\0nothing", "notes.txt": b"words"})
    failed = panel(page, "failed")
    expect(failed).to_contain_text("bad.tif", **SOON)
    assert list((served.home / "uploads").rglob("bad.tif"))
    failed.get_by_role("button", name="Remove the files").click()
    failed.wait_for(state="detached")
    assert not list((served.home / "uploads").rglob("bad.tif"))
    assert names_in(served, dataset) == before


def test_some_bad_files_among_good_ones(open_as, tmp_path):
    page = open_as("uma")
    drop(page, {"ok.tif": tiff(tmp_path / "x.tif", 30), "broken.tif": b"II*\0nothing"})
    ended = panel(page, "ended")
    expect(ended).to_contain_text("1 image is here now", **SOON)
    expect(ended).to_contain_text("broken.tif")
    ended.get_by_role("button", name="Show the images").click()
    page.get_by_role("link", name="ok.tif").wait_for()


def test_refusals_are_said_and_can_be_tried_again(open_as, tmp_path):
    page = open_as("uma", careless=True)
    drop(page, {"nul.tif": tiff(tmp_path / "n.tif", 40)})
    failed = panel(page, "failed")
    expect(failed).to_contain_text("not every system can keep", **SOON)
    expect(failed.get_by_role("button", name="Try again")).to_be_visible()


def test_who_may_not_has_no_buttons(new_tab, open_as, served, dataset):
    page = open_as("ulf")
    expect(page.locator("[data-item]").first).to_be_visible()
    assert page.locator(".upload").count() == 0
    page = open_as("uma", width=1024, height=768, has_touch=True)
    expect(page.get_by_role("button", name="Upload files")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
