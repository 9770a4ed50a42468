"""Somebody who has never seen Graticule, from the start page and without docs.

They find an image, adjust it, measure something, save it, make a movie of it and
fetch the movie: by what the screen says and by nothing else. Files and numbers are
compared with the file itself.
"""

import io
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest
import tifffile
from playwright.sync_api import expect
from tests.chromium import chromium
from tests.served import GRATICULE, environment, serving

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
NAME = "mitosis_5d.ome.tif"
SOON = {"timeout": 20_000}
LONG = {"timeout": 90_000}


@contextmanager
def laboratory(base, data):
    """Files of a laboratory, somebody who works there, a server with a worker."""
    home, folder = base / "home", base / "files"
    for name, place in ((NAME, "Dividing cells"), ("bpae_3ch.ome.tif", "Fixed cells")):
        target = folder / "Microscope 2" / place
        target.mkdir(parents=True)
        shutil.copy(data / "fluorescence" / name, target)

    def run(*words, typed=""):
        subprocess.run(
            [*GRATICULE, *words],
            env=environment(home),
            input=typed,
            text=True,
            check=True,
            capture_output=True,
        )

    twice = f"{PASSWORD}\n{PASSWORD}\n"
    group = ("--group", "cells", "--permissions", "read-annotate")
    run("user", "add", "mara", "--first-name", "Mara", *group, typed=twice)
    run("scan", str(folder), "--owner", "mara", "--group", "cells")
    with serving(home, embedded_worker="true", job_slots="1") as server:
        yield server


@pytest.fixture
def server(tmp_path, shared_data):
    with laboratory(tmp_path, shared_data) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def log_in(page):
    page.get_by_role("main").get_by_role("link", name="Log in").click()
    page.get_by_label("User name").fill("mara")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def find_an_image(page):
    """By a word in the search box, then by its name."""
    page.get_by_role("combobox", name="Search").fill("mitosis")
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name="mitosis").first.click()
    expect(page.get_by_role("toolbar", name="Tools")).to_be_visible(**SOON)
    expect(page.get_by_role("button", name="Rectangle")).to_be_visible(**SOON)


def shown(page):
    """The picture as the screen shows it, once it is settled."""
    picture = page.get_by_role("application")
    expect(picture).to_have_attribute("aria-busy", "false", **SOON)
    page.evaluate("() => new Promise(r => requestAnimationFrame(() => r()))")
    from PIL import Image

    with Image.open(io.BytesIO(picture.screenshot())) as shot:
        return np.asarray(shot.convert("RGB"), float)


def adjust(page):
    """One channel off, the other brighter: green alone, and more of it."""
    before = shown(page)[120:520, 120:820]
    assert before[..., 0].mean() > 4
    page.get_by_role("checkbox", name="LED555").uncheck()
    page.get_by_role("button", name="LED470: more").click()
    page.get_by_role("spinbutton", name="LED470: window end value").fill("9000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not saved")).to_be_visible()
    # The tools above the picture are grey; beside them nothing is red any more.
    after = shown(page)[120:520, 120:820]
    assert after[..., 0].mean() < 3  # JPEG lets a little of the green through
    assert after[..., 1].mean() > 1.5 * before[..., 1].mean()


def measure(page):
    """Draw a line of 300 pixels of the screen; give what is said of it."""
    zoom = page.get_by_title("To actual size").inner_text()
    page.get_by_role("button", name="Measure a line").click()
    box = page.get_by_role("application").bounding_box()
    x, y = box["x"] + 250, box["y"] + 300
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y, steps=4)
    page.mouse.move(x + 300, y, steps=4)
    page.mouse.up()
    chart = page.get_by_role("region", name="Line profile")
    expect(chart).to_contain_text("µm", **SOON)
    percent = float(re.search(r"[\d.]+", zoom)[0])
    found = re.search(r"([\d.]+) µm", chart.inner_text())
    return float(found[1]), 300 / (percent / 100)


def draw_a_region(page):
    """A rectangle around what divides, saved by itself."""
    page.get_by_role("button", name="Rectangle").click()
    box = page.get_by_role("application").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 600, box["y"] + 400, steps=5)
    page.mouse.up()
    expect(page.get_by_role("tab", name="ROIs 1")).to_be_visible(**SOON)


def save(page):
    page.get_by_role("tab", name="Channels").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Settings saved for you.")).to_be_visible(**SOON)
    expect(page.get_by_text("Not saved")).to_be_hidden()


def make_a_movie(page):
    page.get_by_text("Make", exact=True).click()
    page.get_by_role("link", name=re.compile("^Movie")).click()
    expect(page.get_by_role("heading", name="Movie", level=1)).to_be_visible(**SOON)
    run = page.get_by_role("button", name="Run", exact=True)
    # Nobody scrolls down a form to find what runs it.
    expect(run).to_be_in_viewport()
    run.click()


def watch_and_fetch(page):
    """See it in the tray from another page; the result is a click away from there."""
    page.get_by_title(re.compile("^Jobs")).click()
    row = page.get_by_role("main").get_by_role("link", name=re.compile("mitosis.mp4"))
    expect(row.first).to_be_visible(**LONG)
    with page.expect_download(**SOON) as waiting:
        row.first.click()
    return waiting.value


def test_from_the_start_page_to_the_movie(server, new_tab, shared_data):
    page = new_tab()
    page.goto(server.url)
    log_in(page)
    find_an_image(page)
    adjust(page)
    length, pixels = measure(page)
    assert length == pytest.approx(pixels * 0.090576674, rel=0.02)
    draw_a_region(page)
    save(page)
    page.reload()
    expect(page.get_by_role("checkbox", name="LED555")).not_to_be_checked(**SOON)
    expect(page.get_by_role("tab", name="ROIs 1")).to_be_visible(**SOON)
    make_a_movie(page)
    film = watch_and_fetch(page)
    assert film.suggested_filename == "mitosis.mp4"
    check_film(Path(film.path()), shared_data)


def check_film(path, shared_data):
    """As many frames as there are times, as large as the image; green alone."""
    with av.open(str(path)) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    planes = tifffile.imread(shared_data / "fluorescence" / NAME)
    assert planes.shape == (3, 2, 5, 170, 240)
    assert len(frames) == 3
    for number, frame in enumerate(frames):
        assert frame.shape == (170, 240, 3)
        # Scale bar and time stand at the foot; above them only what was saved.
        picture = frame[:130].astype(float)
        assert picture[..., 0].mean() < 8
        plane = np.clip(planes[number, 1, 2, :130] / 9000, 0, 1)
        match = np.corrcoef(plane.ravel(), picture[..., 1].ravel())[0, 1]
        assert match > 0.95, (number, match)
