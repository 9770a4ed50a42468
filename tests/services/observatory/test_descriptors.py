"""What the cutout service takes, as plain data (contract uws 19, 20)."""

import pytest


@pytest.fixture
def image(catalog):
    """An image of the sky, and its observation."""
    from graticule.catalog.models import Fileset, Image, Observation

    seen = Observation(
        s_ra=12.0,
        s_dec=-30.5,
        s_fov=0.5,
        s_region="POLYGON ICRS 12.1 -30.6 11.9 -30.6 11.9 -30.4",
        em_min=4e-7,
        em_max=7e-7,
        pol_states="/I/Q/",
    )
    found = Image(
        fileset=Fileset(format="FITS"),
        size_x=100,
        size_y=80,
        size_z=3,
        size_c=1,
        size_t=1,
        pixel_width_um=0.5,
    )
    found.observation = seen
    return found


def by_name(image):
    from graticule.services.observatory.descriptors import cutout_parameters

    return {each.name: each for each in cutout_parameters(image)}


def test_the_sky_of_an_image(image):
    found = by_name(image)
    assert next(iter(found)) == "ID"
    # S table: unit, UCD, type
    assert (found["CIRCLE"].unit, found["CIRCLE"].xtype) == ("deg", "circle")
    assert found["CIRCLE"].maximum == "12.0 -30.5 0.25"
    assert found["POS"].unit == ""
    assert found["POLYGON"].maximum == "12.1 -30.6 11.9 -30.6 11.9 -30.4"
    assert (found["BAND"].minimum, found["BAND"].maximum) == ("4e-07", "7e-07")
    assert "TIME" not in found
    assert found["POL"].options == ("I", "Q")
    assert (found["X"].minimum, found["X"].maximum) == ("0", "99")
    assert (found["Z"].minimum, found["Z"].maximum) == ("0", "2")
    assert not {"C", "T"} & set(found)  # there is one of each
    assert found["X_UM"].maximum == "50.0"
    assert "Y_UM" not in found
    assert found["RESPONSEFORMAT"].options[0] == "application/fits"


def test_a_microscope_has_no_sky(image):
    from graticule.catalog.models import Fileset

    image.fileset = Fileset(format="OME-TIFF")
    found = by_name(image)
    assert not {"POS", "CIRCLE", "BAND", "EXT"} & set(found)
    assert found["RESPONSEFORMAT"].options == ("image/tiff",)


def test_the_standard_parameters_are_as_the_contract_has_them():
    from graticule.services.observatory.descriptors import ALL

    found = {
        each.name: (each.ucd, each.unit, each.datatype, each.arraysize) for each in ALL
    }
    assert found["ID"] == ("meta.ref.url;meta.curation", "", "char", "*")
    assert found["POS"] == ("pos.outline;obs", "", "char", "*")
    assert found["CIRCLE"] == ("pos.outline;obs", "deg", "double", "3")
    assert found["POLYGON"] == ("pos.outline;obs", "deg", "double", "*")
    assert found["BAND"] == ("em.wl;stat.interval", "m", "double", "2")
    assert found["TIME"] == ("time.interval;obs.exposure", "d", "double", "2")
    assert found["POL"] == ("meta.code;phys.polarization", "", "char", "*")
