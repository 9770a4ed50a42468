"""Links over a real server with files of the sky: curl, pyvo, STILTS, jobs."""

import io
import re
import subprocess
import warnings
from pathlib import Path

import httpx
import numpy as np
import pytest
from astropy.io import fits
from pyvo.dal.adhoc import DatalinkResults

PAGE = Path(__file__).parents[3] / "docs" / "guides" / "astronomy.md"
HERE = "http://127.0.0.1:8017"

# pyvo leaves connections open.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)


def test_pyvo_from_links_to_a_cutout(sky):
    served, folder = sky
    image = served.image_id("gc_2mass_j.fits")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        links = DatalinkResults.from_result_url(
            f"{served.url}/datalink/links?ID=image/{image}"
        )
        procs = [row.service_def for row in links.iter_procs()]
        assert procs[0] == f"cutout-{image}"
        first = links.get_first_proc()
        assert first.semantics == "#cutout"
        names = {each.name for each in first.input_params}
        part = first.process(circle=(266.4, -28.98, 0.02)).read()
        pixels = first.process(x=(10, 13), y=(0, 1)).read()
        original = next(row for row in links if row.semantics == "#this")
        body = original.getdataset().read()
    assert {"ID", "CIRCLE", "POS", "POLYGON", "X", "Y"} <= names
    assert body == (folder / "gc_2mass_j.fits").read_bytes()
    with fits.open(io.BytesIO(part)) as cut, fits.open(io.BytesIO(body)) as whole:
        # The frame of a cutout begins so many pixels later.
        x = round(whole[0].header["CRPIX1"] - cut[0].header["CRPIX1"])
        y = round(whole[0].header["CRPIX2"] - cut[0].header["CRPIX2"])
        height, width = cut[0].data.shape
        expected = whole[0].data[y : y + height, x : x + width]
        assert np.array_equal(cut[0].data, expected, equal_nan=True)
        assert 10 < width < 200
        with fits.open(io.BytesIO(pixels)) as corner:
            # Row 0 is the uppermost, which FITS has last.
            expected = whole[0].data[-2:, 10:14]
            assert np.array_equal(corner[0].data, expected, equal_nan=True)


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_every_address_with_curl_answers(sky):
    """Without the jobs, whose files are made up."""
    served, _ = sky
    image = served.image_id("gc_2mass_j.fits")
    (block,) = [each for each in blocks("sh") if each.startswith('curl "')]
    for address in re.findall(r'"(http[^"]+)"', block):
        url = address.replace(HERE, served.url).replace("image/12", f"image/{image}")
        answer = httpx.get(url, timeout=30)
        assert answer.status_code == 200, url


def test_jobs_as_the_page_makes_them(sky, tmp_path):
    served, folder = sky
    names = ("gc_2mass_j.fits", "gc_2mass_h.fits")
    ids = [f"image/{served.image_id(name)}" for name in names]
    with httpx.Client(timeout=60) as client:
        first = client.post(
            f"{served.url}/datalink/dlasync",
            files={"ID_FILE": ("identifiers.txt", "\n".join(ids).encode())},
            data={"PHASE": "RUN"},
        )
        job = first.headers["Location"]
        while (phase := client.get(f"{job}/phase").text) not in {"COMPLETED", "ERROR"}:
            client.get(f"{job}?WAIT=10&PHASE={phase}")
        assert phase == "COMPLETED"
        for number, name in enumerate(names, 1):
            body = client.get(f"{job}/results/original-{number}").content
            assert body == (folder / name).read_bytes()
        second = client.post(
            f"{served.url}/datalink/dlasync",
            data={"ID": ",".join(ids), "X": "10/20", "Y": "5", "PHASE": "RUN"},
        )
        job = second.headers["Location"]
        while (phase := client.get(f"{job}/phase").text) not in {"COMPLETED", "ERROR"}:
            client.get(f"{job}?WAIT=10&PHASE={phase}")
        assert phase == "COMPLETED", client.get(f"{job}/error").text
        with fits.open(
            io.BytesIO(client.get(f"{job}/results/cutout-2").content)
        ) as cut:
            assert cut[0].data.shape == (1, 11)


@pytest.mark.stilts
def test_stilts_finds_nothing_wrong_with_links_of_the_sky(sky, tmp_path):
    """With cutouts and their ranges, the service asked for its document."""
    served, _ = sky
    names = ("gc_2mass_j.fits", "l1448_13co.fits", "Central_Datacube_bkg.fits")
    query = "&".join(f"ID=image/{served.image_id(name)}" for name in names)
    address = f"{served.url}/datalink/links?{query}&ID=plate/99"
    lint = subprocess.run(
        ["stilts", "datalinklint", f"votable={address}"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "Totals: Errors: 0; Warnings: 0" in lint.stdout, lint.stdout
    vot = subprocess.run(
        ["stilts", "votlint", f"votable={address}"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert vot.stdout + vot.stderr == ""
