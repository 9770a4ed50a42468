"""The page for astronomers is true: its Python is run against a real server."""

import contextlib
import io
import re
import subprocess
import warnings
from pathlib import Path

import pytest
from astropy.io import fits

PAGE = Path(__file__).parents[3] / "docs" / "guides" / "astronomy.md"
HERE = "http://127.0.0.1:8017"

# pyvo leaves connections open.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def run_page(sky):
    """Run the page's blocks one after the other; give names and what was printed."""
    served, _ = sky
    names, printed = {}, []
    for block in blocks("python"):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(block.replace(HERE, served.url), str(PAGE), "exec"), names)
        printed.append(out.getvalue())
    return names, printed


def test_the_question_finds_what_shows_the_position(run_page):
    names, printed = run_page
    dids = set(names["found"]["obs_publisher_did"])
    assert len(dids) >= 3  # the three bands of 2MASS
    assert len(printed[0].splitlines()) > 3


def test_the_links_lead_to_the_original(run_page, sky):
    names, _ = run_page
    links = names["links"]
    original = next(row for row in links if row.semantics == "#this")
    body = original.getdataset().read()
    files = {path.read_bytes() for path in sky[1].iterdir() if path.is_file()}
    assert body in files


def test_the_cutout_is_of_the_file(run_page, sky):
    """Compared with the file by the coordinates of both."""
    import numpy as np
    from astropy.wcs import WCS

    names, printed = run_page
    links = names["links"]
    original = next(row for row in links if row.semantics == "#this")
    proc = links.get_first_proc()
    assert proc.semantics == "#cutout"
    part = proc.process(circle=(266.4, -28.98, 0.02)).read()
    with (
        fits.open(io.BytesIO(part)) as cut,
        fits.open(io.BytesIO(original.getdataset().read())) as whole,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        inside, outside = WCS(cut[0].header), WCS(whole[0].header)
        x, y = outside.world_to_pixel_values(*inside.pixel_to_world_values(0, 0))
        x, y = round(float(x)), round(float(y))
        height, width = cut[0].data.shape
        expected = whole[0].data[y : y + height, x : x + width]
        assert np.array_equal(cut[0].data, expected, equal_nan=True)
        centre = inside.world_to_pixel_values(266.4, -28.98)
        assert 0 < centre[0] < width
        assert 0 < centre[1] < height
    assert str((height, width)) in printed[2]


@pytest.mark.stilts
def test_stilts_asks(sky):
    (command,) = [block for block in blocks("sh") if block.startswith("stilts")]
    done = subprocess.run(
        ["sh", "-c", command.replace(HERE, sky[0].url)],
        check=True,
        capture_output=True,
        text=True,
    )
    rows = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    assert len(rows) == 5
