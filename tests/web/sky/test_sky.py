"""The sky of an image over HTTP: pixels and positions against astropy."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from tests.web.conftest import new_client

import graticule

SCHEMAS = Path(graticule.__file__).parent / "web" / "sky" / "schemas"


def answered(answer, schema, status=200):
    assert answer.status_code == status, answer.content
    value = json.loads(answer.content)
    jsonschema.validate(value, json.loads((SCHEMAS / f"{schema}.json").read_text()))
    return value


def header():
    made = fits.Header()
    made["NAXIS"], made["NAXIS1"], made["NAXIS2"] = 2, 300, 200
    made["CTYPE1"], made["CTYPE2"] = "GLON-TAN", "GLAT-TAN"
    made["CRVAL1"], made["CRVAL2"] = 30.0, 5.0
    made["CRPIX1"], made["CRPIX2"] = 100.0, 80.0
    made["CDELT1"], made["CDELT2"] = -0.01, 0.01
    return made


@pytest.fixture
def make_image(catalog):
    from graticule.catalog.models import Image
    from graticule.pixels.fits.wcs import turned_wcs

    def make(owner=None, group=None, *, sky=True):
        text, _ = turned_wcs(header(), 200)
        return Image.objects.create(
            name="field",
            owner=owner or catalog.administrator,
            group=group or catalog.public_group,
            pixel_type="float",
            size_x=300,
            size_y=200,
            size_z=1,
            size_c=1,
            size_t=1,
            levels=[[300, 200, 300, 200]],
            wcs_header=text if sky else "",
        )

    return make


@pytest.fixture
def client(catalog):
    return new_client()


def expected(x, y):
    """Position of a pixel counted from the top, from the header as it was written."""
    lon, lat = WCS(header()).all_pix2world(x, 199 - y, 0)
    return SkyCoord(l=lon, b=lat, unit="deg", frame="galactic").icrs


def test_a_pixel(client, make_image):
    image = make_image()
    found = answered(
        client.get(f"/sky/{image.pk}/at/", {"x": "10.25", "y": "150"}), "place"
    )
    place = SkyCoord(found["ra"], found["dec"], unit="deg")
    assert place.separation(expected(10.25, 150)).arcsec < 1e-6
    assert found["inside"]
    outside = answered(client.get(f"/sky/{image.pk}/at/", {"x": -1, "y": 0}), "place")
    assert not outside["inside"]


def test_a_position(client, make_image):
    image = make_image()
    there = expected(200.5, 20)
    for text in (
        f"{there.ra.deg} {there.dec.deg}",
        there.to_string("hmsdms", precision=6),
        f"l={there.galactic.l.deg} b={there.galactic.b.deg}",
    ):
        asked = {"position": text}
        found = answered(client.get(f"/sky/{image.pk}/find/", asked), "place")
        assert (found["x"], found["y"]) == pytest.approx((200.5, 20), abs=1e-3)
        assert found["inside"]


def test_a_position_that_is_elsewhere(client, make_image):
    url = f"/sky/{make_image().pk}/find/"
    there = expected(-500, 20)
    asked = {"position": f"{there.ra.deg} {there.dec.deg}"}
    near = answered(client.get(url, asked), "place")
    assert not near["inside"]
    assert near["x"] == pytest.approx(-500, abs=1e-3)
    opposite = {"position": f"{(there.ra.deg + 180) % 360} {-there.dec.deg}"}
    nowhere = answered(client.get(url, opposite), "place")
    assert (nowhere["x"], nowhere["inside"]) == (None, False)


def test_the_mesh(client, make_image):
    found = answered(client.get(f"/sky/{make_image().pk}/mesh/"), "mesh")
    nodes = np.array(found["nodes"]).reshape(found["rows"], found["columns"], 3)
    corner = expected(299.5, 199.5).cartesian.xyz.value
    np.testing.assert_allclose(nodes[-1, -1], corner, atol=1e-12)
    assert found["frame"] == "galactic"
    galactic = np.array(found["galactic"]) @ corner
    b = expected(299.5, 199.5).galactic.b.rad
    assert galactic[2] == pytest.approx(np.sin(b), abs=1e-12)


@pytest.mark.parametrize(
    "path",
    ["at/", "at/?x=1", "at/?x=1&y=nan", "at/?x=1&y=1e9", "find/", "find/?position=M31"],
)
def test_what_cannot_be_understood(client, make_image, path):
    found = answered(client.get(f"/sky/{make_image().pk}/{path}"), "error", 400)
    assert len(found["message"]) > 20


def test_an_image_of_something_else(client, make_image):
    image = make_image(sky=False)
    for path in ("mesh/", "at/?x=1&y=1", "find/?position=1+2"):
        found = answered(client.get(f"/sky/{image.pk}/{path}"), "error", 404)
        assert "does not show the sky" in found["message"]


def test_who_may_not_see_the_image(make_image, make_cast, logged_in):
    from graticule.catalog.models import Permissions

    cast = make_cast(Permissions.PRIVATE)
    image = make_image(cast.alice, cast.group)
    for path in ("mesh/", "at/?x=1&y=1", "find/?position=1+2"):
        url = f"/sky/{image.pk}/{path}"
        assert logged_in(cast.alice).get(url).status_code == 200
        for other in (logged_in(cast.bob), logged_in(cast.charlie), new_client()):
            found = answered(other.get(url), "error", 404)
            assert "or none that you may see" in found["message"]


def test_nothing_is_changed_here(client, make_image):
    answer = client.post(f"/sky/{make_image().pk}/mesh/")
    assert answer.status_code in {403, 405}
