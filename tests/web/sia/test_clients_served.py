"""pyvo searches real files on a running server, and follows links."""

import numpy as np
import pytest
import pyvo
from astropy import units as u
from astropy.coordinates import SkyCoord

CENTRE = SkyCoord(266.4, -28.93, unit="deg")


@pytest.fixture(scope="module")
def service(served):
    return pyvo.dal.SIA2Service(f"{served.url}/sia2")


def test_the_galactic_centre(service):
    found = service.search(pos=(CENTRE.ra, CENTRE.dec, 0.1 * u.deg))
    names = sorted(row["obs_id"] for row in found)
    assert names == ["gc_2mass_h", "gc_2mass_j", "gc_2mass_k", "gc_msx_e"]
    for row in found:
        assert SkyCoord(row["s_ra"], row["s_dec"], unit="deg").separation(CENTRE) < (
            0.1 * u.deg
        )
        assert row["access_estsize"] > 0


def test_in_the_near_infrared(service):
    found = service.search(
        pos=(CENTRE.ra, CENTRE.dec, 0.1 * u.deg), band=(1.2 * u.um, 1.3 * u.um)
    )
    assert [row["obs_id"] for row in found] == ["gc_2mass_j"]
    empty = service.search(
        pos=(CENTRE.ra, CENTRE.dec, 0.1 * u.deg), band=(1 * u.m, 2 * u.m)
    )
    assert len(empty) == 0


def test_from_a_row_to_the_file(service):
    (row,) = service.search(target_name="NGC 1316")
    # Not by pyvo's bysemantics: that asks the network what the words mean.
    (original,) = [each for each in row.getdatalink() if each.semantics == "#this"]
    content = original.getdataset().read()
    assert content.startswith(b"SIMPLE  =")
    assert len(content) == pytest.approx(float(row["access_estsize"]) * 1000, abs=1000)


def test_everything_has_its_place(service):
    found = service.search(maxrec=100)
    assert len(found) == 22
    assert np.isfinite(found["s_ra"]).all()
