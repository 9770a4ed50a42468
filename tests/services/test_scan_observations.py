"""Observations at scan: made, changed, taken away with the file, filled in later."""

import numpy as np
import pytest
from astropy.io import fits


def sky(path, *, at=(83.6, 22.0), kinds=("RA---TAN", "DEC--TAN"), **cards):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(1).normal(100, 5, (40, 60)).astype(np.float32)
    header = fits.Header()
    header["CTYPE1"], header["CTYPE2"] = kinds
    header["CRVAL1"], header["CRVAL2"] = at
    header["CRPIX1"], header["CRPIX2"] = 30.5, 20.5
    header["CDELT1"], header["CDELT2"] = -0.01, 0.01
    header.update(cards)
    fits.PrimaryHDU(pixels, header).writeto(path, overwrite=True)


@pytest.fixture
def observation_of(catalog):
    from graticule.catalog.models import Observation
    from graticule.services.observatory.belonging import with_belonging

    return lambda path: with_belonging(
        Observation.objects.filter(image__fileset__entry=str(path))
    ).first()


def test_made_at_scan(run_scan, tmp_path, observation_of, catalog):
    path = tmp_path / "night 1" / "field" / "crab.fits.gz"
    sky(path, OBJECT="Crab", SURVEY="")
    run_scan(tmp_path)
    found = observation_of(path)
    assert (found.collection, found.obs_id) == ("field", "crab")
    assert found.obs_collection == tmp_path.name  # what is left without a dataset
    assert found.target_name == "Crab"
    assert (found.s_ra, found.s_dec) == pytest.approx((83.6, 22.0))
    assert found.s_region.startswith("POLYGON ICRS ")
    assert found.calib_level == 2


def test_changed_with_the_file(run_scan, tmp_path, observation_of, catalog):
    path = tmp_path / "a.fits"
    sky(path)
    run_scan(tmp_path)
    first = observation_of(path)
    sky(path, at=(10.0, -30.0), OBJECT="elsewhere")
    assert run_scan(tmp_path).updated == 1
    changed = observation_of(path)
    assert changed.pk == first.pk
    assert (changed.s_ra, changed.s_dec) == pytest.approx((10.0, -30.0))
    assert changed.target_name == "elsewhere"
    sky(path, kinds=("HPLN-TAN", "HPLT-TAN"))
    run_scan(tmp_path)
    assert observation_of(path) is None


def test_filled_in_without_opening_the_file(
    run_scan, tmp_path, observation_of, catalog
):
    from graticule.catalog.models import Observation

    path = tmp_path / "a.fits"
    sky(path, OBJECT="Crab")
    sky(tmp_path / "sun.fits", kinds=("HPLN-TAN", "HPLT-TAN"))
    run_scan(tmp_path)
    first = observation_of(path)
    wanted = {
        f.name: getattr(first, f.name) for f in first._meta.fields if f.name != "id"
    }
    Observation.objects.all().delete()
    report = run_scan(tmp_path)
    assert (report.unchanged, report.updated) == (2, 0)
    again = observation_of(path)
    assert {name: getattr(again, name) for name in wanted} == wanted
    assert Observation.objects.count() == 1


def test_the_collection_is_one_that_viewers_see(
    run_scan, tmp_path, observation_of, catalog
):
    """A dataset of another group does not show through its name."""
    from graticule.catalog.models import Dataset, Group, Image, Observation, Permissions

    path = tmp_path / "open" / "a.fits"
    sky(path)
    run_scan(tmp_path)
    image = Image.objects.get(fileset__entry=str(path))
    secret = Group.objects.create(name="secret", permissions=Permissions.PRIVATE)
    image.datasets.clear()
    hidden = Dataset.objects.create(
        name="hidden comet", owner=catalog.administrator, group=secret
    )
    hidden.images.add(image)
    Observation.objects.all().delete()
    run_scan(tmp_path)
    assert observation_of(path).collection == tmp_path.name


def test_what_the_header_names_goes_before_the_dataset(
    run_scan, tmp_path, observation_of
):
    path = tmp_path / "field" / "a.fits"
    sky(path, SURVEY="2MASS")
    run_scan(tmp_path)
    assert observation_of(path).collection == "2MASS"
    sky(path, OBJECT="the survey is not told any more")
    run_scan(tmp_path)
    assert observation_of(path).collection == "field"


def test_who_may_not_see_the_image_sees_no_observation(run_scan, tmp_path, make_cast):
    from graticule.catalog.access import visible_to
    from graticule.catalog.models import Image, Observation, Permissions

    sky(tmp_path / "a.fits")
    run_scan(tmp_path)
    cast = make_cast(Permissions.PRIVATE)
    Image.objects.update(owner=cast.alice, group=cast.group)
    seen = [
        visible_to(person, Observation.objects.all()).count()
        for person in (cast.alice, cast.bob, cast.charlie, None)
    ]
    assert seen == [1, 0, 0, 0]
