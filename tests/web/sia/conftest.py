"""Images of the sky in the tables, without files, and the door to them."""

import numpy as np
import pytest
from tests.web.uws.conftest import client, door  # noqa: F401


def square(ra, dec, size):
    """An outline around a place, as observations have it."""
    half = size / 2
    aside = half / np.cos(np.radians(dec))
    corners = [(ra - aside, dec - half), (ra - aside, dec + half)]
    corners += [(ra + aside, dec + half), (ra + aside, dec - half)]
    numbers = " ".join(f"{lon % 360:.8f} {lat:.8f}" for lon, lat in corners)
    return f"POLYGON ICRS {numbers}"


@pytest.fixture
def observe(catalog):
    """Make an image of the sky with its observation."""
    from graticule.catalog.models import Image, Observation

    def make(name, ra, dec, size=0.2, *, owner=None, group=None, **columns):
        image = Image.objects.create(
            name=name,
            owner=owner or catalog.administrator,
            group=group or catalog.public_group,
            pixel_type="float",
            size_x=100,
            size_y=100,
            size_z=1,
            size_c=1,
            size_t=1,
            levels=[[100, 100, 100, 100]],
        )
        known = {
            "dataproduct_type": "image",
            "calib_level": 2,
            "obs_collection": "survey",
            "obs_id": name,
            "s_ra": ra,
            "s_dec": dec,
            "s_fov": size * np.sqrt(2),
            "s_region": square(ra, dec, size),
            "s_xel1": 100,
            "s_xel2": 100,
        }
        return Observation.objects.create(image=image, **(known | columns))

    return make
