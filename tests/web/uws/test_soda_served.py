"""Cutouts over a real server, with pyvo and as jobs (contract uws 20)."""

import io
import json
import subprocess

import httpx
import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from pyvo.dal.adhoc import SodaQuery
from tests.served import GRATICULE, environment
from tests.web.uws.serving import serving_jobs


@pytest.fixture(scope="module")
def image(shared_data, tmp_path_factory):
    """The address of the services, and the identifier of an image of M13."""
    home = tmp_path_factory.mktemp("soda-home")
    subprocess.run(
        [*GRATICULE, "scan", str(shared_data / "fits" / "m13.fits")],
        env=environment(home) | {"GRATICULE_DATABASE_URL": ""},
        check=True,
        capture_output=True,
    )
    with serving_jobs(home) as services:
        yield services, "image/1"


def test_pyvo_gets_what_astropy_cuts(image, shared_data):
    url, did = image
    query = SodaQuery(f"{url}/cutout/sync")
    query["ID"] = did
    query.circle = (250.4226 * u.deg, 36.4602 * u.deg, 0.02 * u.deg)
    found = fits.open(io.BytesIO(query.execute_stream().read()))
    whole = fits.getdata(shared_data / "fits" / "m13.fits")
    with fits.open(shared_data / "fits" / "m13.fits") as original:
        left = int(original[0].header["CRPIX1"] - found[0].header["CRPIX1"])
        low = int(original[0].header["CRPIX2"] - found[0].header["CRPIX2"])
    height, width = found[0].data.shape
    assert np.array_equal(found[0].data, whole[low : low + height, left : left + width])
    assert 20 < width < 200


def test_a_job_makes_all_combinations(image):
    url, did = image
    asked = {
        "PHASE": "RUN",
        "ID": did,
        "CIRCLE": ["250.4226 36.4602 0.01", "10 10 1"],
        "X": ["100 199", "0 99"],
    }
    with httpx.Client(follow_redirects=False, timeout=90) as client:
        job = client.post(f"{url}/cutout/async", data=asked).headers["Location"]
        for _ in range(10):
            if client.get(f"{job}/phase").text not in {"QUEUED", "EXECUTING"}:
                break
            client.get(f"{job}?WAIT=20")
        assert client.get(f"{job}/phase").text == "COMPLETED"
        rows = client.get(f"{job}/results/manifest").json()["cutouts"]
        assert [row["result"] for row in rows] == [f"cutout-{n}" for n in range(1, 5)]
        first = client.get(f"{job}/results/cutout-1")
        assert first.headers["Content-Type"] == "application/fits"
        assert fits.getdata(io.BytesIO(first.content)).shape[0] > 10
        text = client.get(f"{job}/results/cutout-3")
        assert text.text.startswith("UsageError: ")
        assert json.dumps(rows[3]).count("error") == 1
        client.delete(job)


def test_what_is_not_there_is_204(image):
    url, did = image
    answer = httpx.get(f"{url}/cutout/sync", params={"ID": did, "CIRCLE": "1 2 0.1"})
    assert (answer.status_code, answer.content) == (204, b"")
