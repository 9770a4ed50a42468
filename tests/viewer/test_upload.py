"""Uploading as a person does it: drop, watch, look at the image; and a bad line."""

import json
import sqlite3
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tifffile
from tests.chromium import chromium
from tests.served import GRATICULE, environment, serving

from graticule.demo.ngff import write_image

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
SLOW_MS = 60_000

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
def server(tmp_path_factory):
    """A dataset of Alice's that Bob sees, a worker for jobs."""
    base = tmp_path_factory.mktemp("uploading")
    home, folder = base / "home", base / "files" / "embryos"
    folder.mkdir(parents=True)
    tifffile.imwrite(folder / "first.tif", np.zeros((40, 60), np.uint8))

    def run(*words, typed=""):
        subprocess.run(
            [*GRATICULE, *words],
            env=environment(home),
            input=typed,
            text=True,
            check=True,
            capture_output=True,
        )

    people = ("--group", "lab")
    for name in ("alice", "bob"):
        run("user", "add", name, *people, typed=f"{PASSWORD}\n{PASSWORD}\n")
    with sqlite3.connect(home / "graticule.sqlite3") as database:
        database.execute(
            "UPDATE catalog_group SET permissions = 'rwr---' WHERE name = 'lab'"
        )
    run("scan", str(folder.parent), "--owner", "alice", *people)
    with serving(home, embedded_worker="true", job_slots="1") as served:
        yield served


@pytest.fixture(scope="module")
def browser(server):
    with chromium() as browser:
        yield browser


@pytest.fixture
def dataset(server):
    ((found,),) = ask(server, "SELECT id FROM catalog_dataset")
    return found


def ask(server, sql, *values):
    with sqlite3.connect(server.home / "graticule.sqlite3") as database:
        return database.execute(sql, values).fetchall()


def names_in(server, dataset):
    rows = ask(
        server,
        "SELECT i.name FROM catalog_image i JOIN catalog_dataset_images d "
        "ON d.image_id = i.id WHERE d.dataset_id = ? ORDER BY i.name",
        dataset,
    )
    return [name for (name,) in rows]


@pytest.fixture
def open_as(new_tab, server, dataset):
    def make(name, **options):
        page = new_tab(**options)
        page.goto(f"{server.url}/webclient/login/?url=/dataset/{dataset}/")
        page.locator('input[name="username"]').fill(name)
        page.locator('input[name="password"]').fill(PASSWORD)
        page.locator("form.entry button").click()
        page.get_by_role("heading", level=1, name="embryos").wait_for()
        return page

    return make


def panel(page, state):
    found = page.locator(f'.upload-panel[data-upload-state="{state}"]')
    found.wait_for(timeout=SLOW_MS)
    return found


def drop(page, files):
    import base64

    page.locator(".upload[data-ready]").wait_for()
    encoded = [[name, base64.b64encode(data).decode()] for name, data in files.items()]
    page.evaluate(DROP, [encoded, "dragenter"])
    assert page.locator(".drop-here").is_visible()
    page.evaluate(DROP, [encoded, "drop"])
    assert not page.locator(".drop-here").is_visible()


def tiff(path, seed):
    pixels = np.random.default_rng(seed).integers(0, 255, (90, 120), np.uint8)
    tifffile.imwrite(path, pixels)
    return path.read_bytes()


def test_it_works_from_the_drop_to_the_image(server, dataset, open_as, tmp_path):
    page = open_as("alice")
    files = {f"drop {n}.tif": tiff(tmp_path / f"{n}.tif", n) for n in range(3)}
    drop(page, files)
    ended = panel(page, "ended")
    assert ended.get_by_role("heading").inner_text() == "3 images are here now"
    assert names_in(server, dataset)[:3] == sorted(files)
    shown = page.locator("main").inner_text()
    assert all(name in shown for name in files)
    page.get_by_role("link", name="drop 1.tif").click()
    page.locator('#viewer[data-state="open"]').wait_for(timeout=SLOW_MS)
    (found,) = (server.home / "uploads").rglob("drop 1.tif")
    assert found.read_bytes() == files["drop 1.tif"]


def test_a_folder_is_one_image(server, dataset, open_as, tmp_path):
    page = open_as("alice")
    pixels = np.arange(2 * 64 * 80, dtype=np.uint16).reshape(2, 64, 80)
    store = tmp_path / "field.ome.zarr"
    write_image(
        store, pixels, name="field", channels=(), pixel_um=0.5, levels=1, chunk=32
    )
    (store / ".DS_Store").write_bytes(b"litter")
    page.locator('input[name="folder"]').set_input_files(store)
    assert "1 image is here now" in panel(page, "ended").inner_text()
    rows = ask(
        server,
        "SELECT f.entry, i.size_x, i.size_c "
        "FROM catalog_image i JOIN catalog_fileset f "
        "ON f.id = i.fileset_id WHERE f.entry LIKE '%field.ome.zarr'",
    )
    ((entry, width, channels),) = rows
    assert (width, channels) == (80, 2)
    assert not (Path(entry) / ".DS_Store").exists()


def test_a_line_that_breaks_goes_on_by_itself(server, open_as, tmp_path):
    """Every second piece of the way is cut off; the person sees nothing of it."""
    page = open_as("alice", careless=True)
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
    assert "1 image is here now" in panel(page, "ended").inner_text()
    assert cut == ["POST", "POST"]
    (found,) = (server.home / "uploads").rglob("weak.tif")
    assert found.read_bytes() == data


def test_a_closed_page_goes_on_with_the_same_files(server, open_as, tmp_path):
    """What has arrived is not sent again after the page was closed."""
    files = {f"again {n}.tif": tiff(tmp_path / f"{n}.tif", 20 + n) for n in range(2)}
    page = open_as("alice", careless=True)
    sent = []

    def first_only(route):
        if len(sent) < 1 or "sets" in route.request.url:
            sent.append(route.request.url)
            route.continue_()

    page.route("**/upload/", first_only)
    drop(page, files)
    page.get_by_text("1 of 2 there").wait_for(timeout=SLOW_MS)
    page.close(run_before_unload=False)
    page = open_as("alice")
    posts = []
    page.on(
        "request",
        lambda request: (
            posts.append(request.url) if request.url.endswith("/upload/") else None
        ),
    )
    drop(page, files)
    assert "2 images are here now" in panel(page, "ended").inner_text()
    # The other one may have got through while the page was closing.
    assert len(posts) <= 1
    for name, data in files.items():
        (found,) = (server.home / "uploads").rglob(name)
        assert found.read_bytes() == data


def test_what_is_no_image_is_said_and_can_be_removed(server, dataset, open_as):
    page = open_as("alice", careless=True)
    before = names_in(server, dataset)
    drop(page, {"bad.tif": b"II*\0nothing", "notes.txt": b"words"})
    failed = panel(page, "failed")
    assert "bad.tif" in failed.inner_text()
    assert list((server.home / "uploads").rglob("bad.tif"))
    failed.get_by_role("button", name="Remove the files").click()
    failed.wait_for(state="detached")
    assert not list((server.home / "uploads").rglob("bad.tif"))
    assert names_in(server, dataset) == before


def test_some_bad_files_among_good_ones(open_as, tmp_path):
    page = open_as("alice")
    drop(page, {"ok.tif": tiff(tmp_path / "x.tif", 30), "broken.tif": b"II*\0nothing"})
    ended = panel(page, "ended")
    assert "1 image is here now" in ended.inner_text()
    assert "broken.tif" in ended.inner_text()
    ended.get_by_role("button", name="Show the images").click()
    page.get_by_role("link", name="ok.tif").wait_for()


def test_refusals_are_said_and_can_be_tried_again(open_as, tmp_path):
    page = open_as("alice", careless=True)
    drop(page, {"nul.tif": tiff(tmp_path / "n.tif", 40)})
    failed = panel(page, "failed")
    assert "not every system can keep" in failed.inner_text()
    assert failed.get_by_role("button", name="Try again").is_visible()


def test_who_may_not_has_no_buttons(new_tab, open_as, server, dataset):
    page = open_as("bob")
    assert page.locator(".upload").count() == 0
    page = open_as("alice", width=1024, height=768, has_touch=True)
    assert page.get_by_role("button", name="Upload files").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
    assert json.dumps(names_in(server, dataset))
