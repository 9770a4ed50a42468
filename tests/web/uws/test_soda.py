"""Cutouts by SODA 1.0 (contract uws 20): numbered rules are S1 to S7, Y1 to Y3."""

import copy
import io
import json
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tifffile
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from tests.web.conftest import new_client

SYNC = "/services/cutout/sync"
TEXT = "text/plain; charset=utf-8"
FILES = (
    "fits/gc_2mass_k.fits",
    "fits/IMAGE-HDFS-1.34.fits",
    "fits/Central_Datacube_bkg.fits",
    "fits/l1448_13co.fits",
    "fits/m13_rice.fits",
    "fits/aia_171_level1.fits",
    "fluorescence/mitosis_5d.ome.tif",
)


def stokes_cube(path):
    """Four states, three times, a velocity axis that has a rest frequency."""
    header = fits.Header()
    for number, (kind, unit, value, step) in enumerate(
        [
            ("RA---SIN", "deg", 359.99, -0.001),
            ("DEC--SIN", "deg", -40.0, 0.001),
            ("VRAD", "m/s", -2000.0, 1000.0),
            ("STOKES", "", 1.0, 1.0),
        ],
        start=1,
    ):
        header[f"CTYPE{number}"], header[f"CUNIT{number}"] = kind, unit
        header[f"CRVAL{number}"], header[f"CDELT{number}"] = value, step
        header[f"CRPIX{number}"] = 15.0 if number < 3 else 1.0
    header["RESTFRQ"] = 1.42040575e9
    header["SPECSYS"] = "LSRK"
    pixels = np.arange(4 * 5 * 20 * 30, dtype=np.float32).reshape(4, 5, 20, 30)
    fits.writeto(path, pixels, header)
    return pixels


@pytest.fixture(scope="module")
def scanned_sky(database, shared_data, tmp_path_factory):
    """The shared files as rows that a scan has made, and gone from the catalogue."""
    from django.apps import apps
    from django.conf import settings
    from django.db import transaction

    from graticule.services.scan import ScanSettings, scan

    folder = tmp_path_factory.mktemp("stokes")
    stokes_cube(folder / "stokes.fits")
    catalogued = apps.get_app_config("catalog")
    tables = list(catalogued.get_models(include_auto_created=True))
    with transaction.atomic():
        before = {
            table: set(table.objects.values_list("pk", flat=True)) for table in tables
        }
        report = scan(
            [*(shared_data / name for name in FILES), folder / "stokes.fits"],
            owner=database.administrator,
            group=database.public_group,
            settings=replace(ScanSettings.of(settings.GRATICULE), workers=1),
        )
        assert not report.problems, report.problems
        rows = [
            row
            for table in tables
            if not table.__name__.startswith(("Search", "CatalogVersion", "Published"))
            for row in table.objects.exclude(pk__in=before[table])
        ]
        transaction.set_rollback(True)
    return folder, rows


@pytest.fixture
def sky(scanned_sky, catalog, configured, tmp_path):
    """The shared files in the catalogue; gives ids by the names of files."""
    from graticule.catalog.models import Image

    configured(home=tmp_path)
    folder, rows = scanned_sky
    by_table = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(copy.copy(row))
    for table, copies in by_table.items():
        table.objects.bulk_create(copies)
    shutil.copy2(folder / "stokes.fits", tmp_path)
    images = Image.objects.select_related("fileset")
    found = {}
    for image in images:
        name = Path(image.fileset.entry).name
        single = image.fileset.images.count() == 1
        found[name if single else f"{name} [{image.key}]"] = image.pk
    return found


@pytest.fixture
def anybody(sky):
    return new_client()


def read(answer):
    assert answer.status_code == 200, answer.content[:300]
    body = b"".join(answer) if answer.streaming else answer.content
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fits.open(io.BytesIO(body), do_not_scale_image_data=True)


def original(shared_data, name, number=0):
    """Pixels and header of a part of a file, as they are stored."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = shared_data / "fits" / name
        with fits.open(path, do_not_scale_image_data=True, memmap=False) as found:
            hdu = found[number]
            return SimpleNamespace(data=np.array(hdu.data), header=hdu.header.copy())


def plane_of(hdu):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return WCS(hdu.header).celestial


def said(answer, status):
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == TEXT
    return answer.content.decode()


def test_a_circle(anybody, sky, shared_data):
    asked = {"ID": f"image/{sky['gc_2mass_k.fits']}", "CIRCLE": "266.4 -28.94 0.02"}
    answer = anybody.get(SYNC, asked)
    assert answer["Content-Type"] == "application/fits"
    (found,) = read(answer)
    whole = original(shared_data, "gc_2mass_k.fits")
    y, x = np.indices(whole.data.shape)
    there = plane_of(whole).pixel_to_world(x, y)
    inside = there.separation(SkyCoord(266.4, -28.94, unit="deg")).deg <= 0.02
    rows, columns = np.nonzero(inside)
    # Every pixel whose centre is inside, and at most one more on each side.
    x0, x1 = columns.min(), columns.max() + 1
    y0, y1 = rows.min(), rows.max() + 1
    shift = plane_of(whole).wcs.crpix - plane_of(found).wcs.crpix
    left, low = (int(n) for n in shift)
    assert x0 - 1 <= left <= x0
    assert y0 - 1 <= low <= y0
    high, right = low + found.data.shape[0], left + found.data.shape[1]
    assert x1 <= right <= x1 + 1
    assert y1 <= high <= y1 + 1
    assert np.array_equal(found.data, whole.data[low:high, left:right])
    for key in ("BSCALE", "BZERO"):
        assert found.header[key] == whole.header[key]
    assert f"image/{sky['gc_2mass_k.fits']}" in "".join(found.header["HISTORY"])


def test_the_same_region_in_three_ways(anybody, sky):
    from graticule.services.observatory.identifiers import Named

    did = Named("image", sky["m13_rice.fits"]).did
    circle = read(anybody.get(SYNC, {"ID": did, "CIRCLE": "250.4226 36.4602 0.02"}))
    pos = read(anybody.post(SYNC, {"id": did, "pos": "circle 250.4226 36.4602 0.02"}))
    assert np.array_equal(circle[1].data, pos[1].data)
    box = "250.41 36.45 250.43 36.45 250.43 36.47 250.41 36.47"
    polygon = read(anybody.get(SYNC, {"ID": did, "POLYGON": box}))[1]
    again = read(anybody.get(SYNC, {"ID": did, "POS": f"POLYGON {box}"}))[1]
    ranged = {"ID": did, "POS": "RANGE 250.41 250.43 36.45 36.47"}
    assert np.array_equal(polygon.data, again.data)
    # Its upper and lower sides bend a little less than parallels do.
    shape = read(anybody.get(SYNC, ranged))[1].data.shape
    assert np.abs(np.subtract(shape, polygon.data.shape)).max() <= 1
    # SODA's own: nothing but the wanted tiles leaves compression behind.
    assert polygon.header["XTENSION"] == "IMAGE"


def test_limits_are_clipped_and_scalars_give_a_pixel(anybody, sky, shared_data):
    # S1
    did = f"image/{sky['m13_rice.fits']}"
    whole = original(shared_data, "m13.fits").data
    everything = {"ID": did, "POS": "RANGE -Inf +Inf -Inf +Inf"}
    assert np.array_equal(read(anybody.get(SYNC, everything))[1].data, whole)
    point = {"ID": did, "CIRCLE": "250.4226 36.4602 0"}
    assert read(anybody.get(SYNC, point))[1].data.shape == (1, 1)
    nothing = anybody.get(SYNC, {"ID": did})
    assert np.array_equal(read(nothing)[1].data, whole)


def test_a_range_over_longitude_zero(anybody, sky):
    did = f"image/{sky['stokes.fits']}"
    found = read(anybody.get(SYNC, {"ID": did, "POS": "RANGE 359.995 0.002 -41 -39"}))
    (hdu,) = found
    world = plane_of(hdu).pixel_to_world([0, hdu.data.shape[-1] - 1], [10, 10])
    assert world[1].ra.deg > 359.99
    assert world[0].ra.deg < 0.005
    assert 5 <= hdu.data.shape[-1] <= 8


def test_no_overlap_is_204(anybody, sky):
    # S3
    did = f"image/{sky['gc_2mass_k.fits']}"
    for words in ({"CIRCLE": "10 10 1"}, {"X": "5000 6000"}, {"T": "3 4"}):
        answer = anybody.get(SYNC, {"ID": did, **words})
        assert (answer.status_code, answer.content) == (204, b"")
        assert "Content-Type" not in answer


def test_band_of_a_cube(anybody, sky, shared_data):
    name = "Central_Datacube_bkg.fits [DATA,1]"
    did = f"image/{sky[name]}"
    whole = original(shared_data, "Central_Datacube_bkg.fits", 1)
    # 6050 A and 1.25 A a channel: channels 2, 3 and 4 touch it.
    asked = {"ID": did, "BAND": "6.0520e-7 6.0550e-7", "X": "10 20"}
    found = read(anybody.get(SYNC, asked))[1]
    assert np.array_equal(found.data, whole.data[2:5, :, 10:21], equal_nan=True)
    assert found.header["CRPIX3"] == -1.0
    assert found.header["CRPIX1"] == pytest.approx(53.2973274458, abs=1e-12)
    above = {"ID": did, "BAND": "6.0600e-7 +Inf"}
    assert read(anybody.get(SYNC, above))[1].data.shape[0] == 2
    assert anybody.get(SYNC, {"ID": did, "BAND": "1 2"}).status_code == 204
    one = {"ID": did, "BAND": "6.0550e-7"}
    assert read(anybody.get(SYNC, one))[1].data.shape[0] == 1


def test_velocities_need_a_rest_value(anybody, sky):
    did = f"image/{sky['l1448_13co.fits']}"
    text = said(anybody.get(SYNC, {"ID": did, "BAND": "2e-3 3e-3"}), 400)
    assert text.startswith("UsageError: BAND: the axis VOPT")
    assert "RESTFRQ" in text
    did = f"image/{sky['stokes.fits']}"
    # Channel n goes at -2000 + 1000 n m/s: radio convention.
    low, high = (
        299792458.0 / (1.42040575e9 * (1 - v / 299792458.0)) for v in (-1200.0, 100.0)
    )
    found = read(anybody.get(SYNC, {"ID": did, "BAND": f"{low!r} {high!r}"}))[0]
    assert found.data.shape[1] == 2
    assert found.header["CRPIX3"] == 0.0


def test_states_of_polarization(anybody, sky, tmp_path):
    did = f"image/{sky['stokes.fits']}"
    found = read(anybody.get(SYNC, {"ID": did, "POL": ["Q", "U"]}))[0]
    whole = fits.getdata(tmp_path / "stokes.fits")
    assert np.array_equal(found.data, whole[1:3])
    assert found.header["CRPIX4"] == 0.0
    assert anybody.get(SYNC, {"ID": did, "POL": "XX"}).status_code == 204


def test_times(anybody, sky):
    # DATE-OBS of the cube: 2011-10-02T02:00
    did = f"image/{sky['Central_Datacube_bkg.fits [DATA,1]']}"
    assert anybody.get(SYNC, {"ID": did, "TIME": "55836 55837"}).status_code == 200
    assert anybody.get(SYNC, {"ID": did, "TIME": "50000 50001"}).status_code == 204
    unknown = {"ID": f"image/{sky['m13_rice.fits']}", "POL": "I"}
    assert "POL: nothing is known" in said(anybody.get(SYNC, unknown), 400)


def test_pixels_are_counted_as_the_viewer_does(anybody, sky, shared_data):
    did = f"image/{sky['gc_2mass_k.fits']}"
    whole = original(shared_data, "gc_2mass_k.fits").data
    (found,) = read(anybody.get(SYNC, {"ID": did, "X": "100 355", "Y": "0 9"}))
    # From the top, both ends included; the file counts rows from the bottom.
    assert np.array_equal(found.data, whole[-10:, 100:356])


def test_extensions_together(anybody, sky, shared_data):
    did = f"image/{sky['IMAGE-HDFS-1.34.fits [DATA,1]']}"
    asked = {"ID": did, "X": "5 20", "Y": "5 30", "EXT": ["stat", "DQ,1"]}
    found = read(anybody.get(SYNC, asked))
    assert [hdu.name for hdu in found] == ["PRIMARY", "DATA", "STAT", "DQ"]
    for number in (1, 2, 3):
        whole = original(shared_data, "IMAGE-HDFS-1.34.fits", number).data
        height = whole.shape[0]
        part = whole[height - 31 : height - 5, 5:21]
        assert np.array_equal(found[number].data, part, equal_nan=number < 3)
    assert len(read(anybody.get(SYNC, asked | {"EXT": "all"}))) == 4
    wrong = said(anybody.get(SYNC, asked | {"EXT": "SKY"}), 400)
    assert "DATA,1, DQ,1, STAT,1" in wrong


def test_extensions_that_one_may_not_see_stay_away(anybody, sky, cast):
    from graticule.catalog.models import Image

    Image.objects.filter(pk=sky["IMAGE-HDFS-1.34.fits [STAT,1]"]).update(
        owner=cast.alice, group=cast.group
    )
    did = f"image/{sky['IMAGE-HDFS-1.34.fits [DATA,1]']}"
    found = read(anybody.get(SYNC, {"ID": did, "EXT": "all", "X": "0 5"}))
    assert [hdu.name for hdu in found] == ["PRIMARY", "DATA", "DQ"]
    refused = said(anybody.get(SYNC, {"ID": did, "EXT": "STAT"}), 400)
    assert "no image STAT" in refused


def test_a_microscope_image(anybody, sky, shared_data):
    did = f"image/{sky['mitosis_5d.ome.tif']}"
    asked = {"ID": did, "X": "10 29", "Y": "100 139", "Z": "1 3", "C": "1", "T": "2 9"}
    answer = anybody.get(SYNC, asked)
    assert answer["Content-Type"] == "image/tiff"
    body = b"".join(answer) if answer.streaming else answer.content
    whole = tifffile.imread(shared_data / "fluorescence" / "mitosis_5d.ome.tif")
    with tifffile.TiffFile(io.BytesIO(body)) as tif:
        assert tif.is_ome
        assert np.array_equal(tif.asarray().squeeze(), whole[2, 1, 1:4, 100:140, 10:30])
    # 0.09058 um a pixel: from 0.5 to 1.0 um are pixels 5 to 11.
    length = anybody.get(SYNC, {"ID": did, "X_UM": "0.5 1.0", "Z": "0", "T": "0"})
    body = b"".join(length) if length.streaming else length.content
    assert tifffile.imread(io.BytesIO(body)).shape[-1] == 7
    text = said(anybody.get(SYNC, {"ID": did, "CIRCLE": "1 2 3"}), 400)
    assert text.startswith("UsageError: The image has no coordinates of the sky")
    asked["RESPONSEFORMAT"] = "fits"
    assert "RESPONSEFORMAT" in said(anybody.get(SYNC, asked), 400)


def test_fits_as_tiff(anybody, sky, shared_data):
    did = f"image/{sky['gc_2mass_k.fits']}"
    asked = {"ID": did, "X": "3 12", "Y": "20 39", "RESPONSEFORMAT": "image/tiff"}
    answer = anybody.get(SYNC, asked)
    body = b"".join(answer) if answer.streaming else answer.content
    whole = original(shared_data, "gc_2mass_k.fits")
    stored = whole.data[::-1][20:40, 3:13]
    scaled = stored * whole.header["BSCALE"] + whole.header["BZERO"]
    found = tifffile.imread(io.BytesIO(body))
    assert np.allclose(found, scaled, rtol=1e-6)
    image_fits = anybody.get(SYNC, asked | {"RESPONSEFORMAT": "image/fits"})
    assert image_fits["Content-Type"] == "image/fits"


def test_the_sun_is_not_the_sky(anybody, sky):
    did = f"image/{sky['aia_171_level1.fits']}"
    text = said(anybody.get(SYNC, {"ID": did, "CIRCLE": "1 2 3"}), 400)
    assert text.startswith("UsageError: The image is of the Sun")
    assert len(read(anybody.get(SYNC, {"ID": did, "X": "3 4"}))) == 1


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ({"CIRCLE": "1 2"}, "UsageError: CIRCLE: '1 2' has 2 numbers, 3 needed"),
        ({"CIRCLE": "1 2 x"}, "UsageError: CIRCLE: 'x' is no number"),
        ({"CIRCLE": "1 2 -3"}, "UsageError: CIRCLE: the radius -3"),
        ({"CIRCLE": "1 95 1"}, "UsageError: CIRCLE: the latitude 95"),
        ({"POLYGON": "1 2 3 4"}, "UsageError: POLYGON: a polygon has 3 corners"),
        ({"POLYGON": "1 2 3 4 5"}, "UsageError: POLYGON: 5 numbers are no pairs"),
        ({"POLYGON": "0 0 120 0 240 0"}, "UsageError: POLYGON: it does not fit"),
        ({"POS": "BOX 1 2 3 4"}, "UsageError: POS: 'BOX 1 2 3 4' begins with neither"),
        ({"POS": "RANGE 1 2 9 3"}, "UsageError: POS: the latitude 9"),
        ({"BAND": "5 4"}, "UsageError: BAND: 5 is more than 4"),
        ({"BAND": "NaN 4"}, "UsageError: BAND: 'NaN' is no number"),
        ({"RESPONSEFORMAT": "png"}, "UsageError: RESPONSEFORMAT: 'png' is none of"),
        ({"CIRCLE": ["1 2 3", "4 5 6"]}, "MultiValuedParamNotSupported: CIRCLE"),
        (
            {"CIRCLE": "1 2 3", "POS": "CIRCLE 4 5 6"},
            "MultiValuedParamNotSupported: CIRCLE",
        ),
    ],
)
def test_labels_of_bad_requests(anybody, sky, words, begins):
    did = f"image/{sky['gc_2mass_k.fits']}"
    text = said(anybody.get(SYNC, {"ID": did, **words}), 400)
    if "MultiValued" not in begins:
        assert text.startswith(begins)
    else:
        assert text.startswith(begins.partition(":")[0])
        assert "async" in text


def test_which_image(anybody, sky, configured):
    text = said(anybody.get(SYNC, {"CIRCLE": "1 2 3"}), 400)
    assert text == "UsageError: ID is required"
    for did in ("image/99999999", "ivo://elsewhere/x?image/1", "nonsense", "plate/1"):
        assert said(anybody.get(SYNC, {"ID": did}), 404).startswith("UsageError: ")


def test_the_unknown_and_the_invisible_are_the_same(sky, cast, logged_in):
    from graticule.catalog.models import Image
    from graticule.services.remembered import forget_all

    number = sky["gc_2mass_k.fits"]
    Image.objects.filter(pk=number).update(owner=cast.alice, group=cast.group)
    forget_all()
    asked = {"ID": f"image/{number}", "X": "0 3", "Y": "0 3"}
    assert logged_in(cast.alice).get(SYNC, asked).status_code == 200
    assert logged_in(cast.bob).get(SYNC, asked).status_code == 200
    for who in (logged_in(cast.charlie), new_client()):
        hidden = said(who.get(SYNC, asked), 404)
        unknown = said(who.get(SYNC, asked | {"ID": "image/99999999"}), 404)
        assert hidden.replace(str(number), "N") == unknown.replace("99999999", "N")


def test_too_much_for_a_request(anybody, sky, configured):
    configured(max_sync_cutout_bytes=1000)
    text = said(anybody.get(SYNC, {"ID": f"image/{sky['gc_2mass_k.fits']}"}), 400)
    assert "max_sync_cutout_bytes = 1,000" in text
    assert "async" in text


@pytest.fixture
def job(sky, tmp_path):
    """Do what a worker does with a job, here; gives its results."""
    from graticule.catalog.models import Person
    from graticule.jobs.executors.base import Given
    from graticule.jobs.executors.work import Work
    from graticule.services.tasks.registry import task_named

    def do(person=None, **words):
        said = []
        folder = tmp_path / f"work{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        given = tuple(
            Given(name.upper(), value)
            for name, values in words.items()
            for value in (values if isinstance(values, list) else [values])
        )
        work = Work(
            job_id="j", service="cutout", folder=folder, given=given, say=said.append
        )
        task = task_named("cutout")
        who = person or Person.objects.get(username="public")
        task.run(work, task.parse(given), who)
        return [one["written"] for one in said if "written" in one]

    return do


def test_all_combinations_are_results(job, sky):
    # S4, S5: the last parameter is the fastest
    did = f"image/{sky['Central_Datacube_bkg.fits [DATA,1]']}"
    found = job(
        id=did,
        circle=["19.9998 -30.0001 0.0005", "200 10 1"],
        band=["6.050e-7 6.051e-7", "6.055e-7 6.060e-7"],
    )
    assert [one["key"] for one in found] == [
        *(f"cutout-{n}" for n in (1, 2, 3, 4)),
        "manifest",
    ]
    kinds = [one["media_type"] for one in found]
    assert kinds == ["application/fits"] * 2 + ["text/plain"] * 2 + ["application/json"]
    shapes = [fits.getdata(one["path"], 1).shape for one in found[:2]]
    assert [shape[0] for shape in shapes] == [2, 5]
    assert shapes[0][1:] == shapes[1][1:]
    text = Path(found[2]["path"]).read_text()
    assert text.startswith("UsageError: The image and CIRCLE 200.0 10.0 1.0 have")
    rows = json.loads(Path(found[4]["path"]).read_text())["cutouts"]
    assert [row["result"] for row in rows] == [one["key"] for one in found[:4]]
    assert rows[1]["parameters"]["BAND"] == "6.055e-07 6.06e-07"
    assert rows[0]["parameters"]["ID"].endswith(f"?{did}")
    assert rows[2]["error"].startswith("UsageError")


def test_several_images_in_one_job(job, sky):
    ids = [f"image/{sky[name]}" for name in ("gc_2mass_k.fits", "mitosis_5d.ome.tif")]
    found = job(id="\n".join(ids), x="0 9", y="0 9", pos=["CIRCLE 266.4 -28.94 1"])
    assert [one["media_type"] for one in found] == [
        "application/fits",
        "text/plain",
        "application/json",
    ]


def test_nobody_gets_what_they_may_not_see_by_a_job(job, sky, cast):
    from graticule.catalog.models import Image
    from graticule.errors import NotFoundError
    from graticule.services.remembered import forget_all

    number = sky["gc_2mass_k.fits"]
    Image.objects.filter(pk=number).update(owner=cast.alice, group=cast.group)
    forget_all()
    with pytest.raises(NotFoundError, match="not known here"):
        job(cast.charlie, id=[f"image/{sky['m13_rice.fits']}", f"image/{number}"])
    assert len(job(cast.bob, id=f"image/{number}", x="0 3", y="0 3")) == 2


def test_a_job_that_makes_nothing_fails(job, sky):
    from graticule.errors import LimitError, RequestError

    with pytest.raises(RequestError, match="no coordinates of the sky"):
        job(id=f"image/{sky['mitosis_5d.ome.tif']}", circle="1 2 3")
    with pytest.raises(LimitError, match="max_cutouts"):
        job(id=f"image/{sky['m13_rice.fits']}", x=["1 2"] * 101, y=["1 2"] * 100)


def test_a_missing_file_is_told_by_its_name(anybody, sky, tmp_path):
    from graticule.catalog.models import Fileset
    from graticule.services.remembered import forget_all

    rows = Fileset.objects.filter(entry__endswith="/stokes.fits")
    rows.update(entry=str(tmp_path / "gone.fits"))
    forget_all()
    text = said(anybody.get(SYNC, {"ID": f"image/{sky['stokes.fits']}"}), 404)
    assert "gone.fits" in text
    assert str(tmp_path) not in text
