"""The job that measures images, against NumPy over all pixels at once."""

import csv
import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
import tifffile

from graticule.errors import FileError, NotFoundError, OutOfRangeError, RequestError

PERCENTILES = [1, 5, 25, 50, 75, 95, 99]
NUMBERS = ("count", "minimum", "maximum", "mean", "std")


def table_of(done):
    with done.path("statistics").open(newline="") as file:
        return list(csv.DictReader(file))


def histograms_of(done):
    return json.loads(done.path("histograms").read_text())


def expected(values, percentiles=PERCENTILES):
    wide = values.astype(np.float64).ravel()
    return [
        wide.size,
        wide.min(),
        wide.max(),
        wide.mean(),
        wide.std(),
        *np.percentile(wide, percentiles),
    ]


def numbers(row, percentiles=PERCENTILES):
    names = (*NUMBERS, *(f"p{each:g}" for each in percentiles))
    return [float(row[name]) for name in names]


def test_it_works(do_task, lab):
    done = do_task("statistics", image=lab.cells.pk)
    rows = table_of(done)
    assert [row["channel_name"] for row in rows] == ["DAPI", "GFP", "Cy5"]
    for c, row in enumerate(rows):
        assert (row["image_id"], row["channel"]) == (str(lab.cells.pk), str(c))
        assert (row["pixel_type"], row["not_finite"], row["error"]) == (
            "uint16",
            "0",
            "",
        )
        assert numbers(row) == pytest.approx(expected(lab.pixels[:, c]), rel=1e-12)
    found = histograms_of(done)
    assert found["percentiles"] == PERCENTILES
    for c, row in enumerate(found["rows"]):
        counts, _ = np.histogram(lab.pixels[:, c], 256)
        assert row["histogram"] == counts.tolist()
        assert row["percentiles"] == numbers(rows[c])[5:]
        assert row["channel_name"] == rows[c]["channel_name"]
    assert done.progress[-1]["done"] == 1


def test_all_images_of_a_project_and_all_together(do_task, lab):
    rows = table_of(do_task("statistics", project=lab.project.pk))
    by_image = {
        str(lab.cells.pk): np.moveaxis(lab.pixels, 1, 0),
        str(lab.slide.pk): lab.levels[0],  # not its reduced level
    }
    single = [row for row in rows if row["image_id"]]
    assert [row["image_id"] for row in single] == [str(lab.cells.pk)] * 3 + [
        str(lab.slide.pk)
    ] * 2
    for row in single:
        pixels = by_image[row["image_id"]][int(row["channel"])]
        assert numbers(row) == pytest.approx(expected(pixels), rel=1e-12)
    together = [row for row in rows if not row["image_id"]]
    assert [row["channel"] for row in together] == ["0", "1", "2"]
    for c, row in enumerate(together[:2]):
        both = np.concatenate([part[c].ravel() for part in by_image.values()])
        assert numbers(row) == pytest.approx(expected(both), rel=1e-12)
    alone = table_of(do_task("statistics", project=lab.project.pk, total=False))
    assert alone == single


@pytest.fixture
def floats(run_scan, tmp_path):
    """Two images of floats, some of them none, in bands of several tiles."""
    from graticule.catalog.models import Image

    rng = np.random.default_rng(4)
    pixels = [rng.standard_normal((3, 300, 500)).astype(np.float32) for _ in range(2)]
    pixels[0][1, 2, 3:7] = np.nan
    for number, values in enumerate(pixels):
        tifffile.imwrite(
            tmp_path / f"{number}.ome.tif",
            values,
            tile=(64, 64),
            metadata={"axes": "ZYX"},
        )
    assert not run_scan(tmp_path).problems
    ids = [
        Image.objects.get(fileset__entry__endswith=f"/{number}.ome.tif").pk
        for number in range(2)
    ]
    return ids, pixels


@pytest.mark.parametrize("band_bytes", [1 << 14, 1 << 19, 16 << 20])
def test_floats_are_read_in_bands_and_twice(do_task, floats, monkeypatch, band_bytes):
    from graticule.services.tasks import measuring

    monkeypatch.setattr(measuring, "_BAND_BYTES", band_bytes)
    ids, pixels = floats
    known = [values[np.isfinite(values)] for values in pixels]
    done = do_task("statistics", image=ids, percentiles="0.5, 99.5", bins=10)
    rows = table_of(done)
    percentiles = [0.5, 99.5]
    for row, values in zip(rows, [*known, np.concatenate(known)], strict=True):
        wanted = expected(values, percentiles)
        assert numbers(row, percentiles) == pytest.approx(wanted, rel=1e-9)
    assert [row["not_finite"] for row in rows] == ["4", "0", "4"]
    counts, _ = np.histogram(known[0].astype(np.float64), 10)
    assert histograms_of(done)["rows"][0]["histogram"] == counts.tolist()


def test_parts_of_an_image(do_task, lab):
    done = do_task(
        "statistics", image=lab.cells.pk, c_range="1:2", z_range="0:1", t_range="1"
    )
    rows = table_of(done)
    assert [row["channel"] for row in rows] == ["1", "2"]
    for row in rows:
        part = lab.pixels[1, int(row["channel"]), :2]
        assert numbers(row) == pytest.approx(expected(part), rel=1e-12)


def test_parquet_has_types(do_task, lab):
    lab.cells.name = 'comma, "quote"\nline'
    lab.cells.save()
    done = do_task("statistics", project=lab.project.pk, format="parquet")
    path = str(done.path("statistics"))
    with duckdb.connect() as database:
        rows = database.execute(
            "SELECT image_id, image, channel, mean, error FROM read_parquet(?)", [path]
        ).fetchall()
        kinds = database.execute(
            "SELECT typeof(image_id), typeof(p50), typeof(image) "
            "FROM read_parquet(?) LIMIT 1",
            [path],
        ).fetchone()
    assert kinds == ("BIGINT", "DOUBLE", "VARCHAR")
    assert rows[0][:3] == (lab.cells.pk, 'comma, "quote"\nline', 0)
    assert rows[0][3] == pytest.approx(lab.pixels[:, 0].mean(), rel=1e-12)
    assert rows[-1][:3] == (None, "", 2)
    assert done.written["statistics"]["name"] == "statistics.parquet"


def test_an_image_that_cannot_be_read_is_a_row(do_task, lab):
    Path(lab.cells.fileset.entry).unlink()
    rows = table_of(do_task("statistics", dataset=lab.dataset.pk))
    assert rows[0]["image_id"] == str(lab.cells.pk)
    assert "cells.ome.tif" in rows[0]["error"]
    assert "/" not in rows[0]["error"]
    assert rows[0]["count"] == ""
    assert [row["channel"] for row in rows[1:]] == ["0", "1"]
    with pytest.raises(FileError):
        do_task("statistics", image=lab.cells.pk)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, RequestError),
        ({"image": 999_999}, NotFoundError),
        ({"percentiles": "101"}, RequestError),
        ({"percentiles": "nan"}, RequestError),
        ({"bins": 0}, RequestError),
        ({"format": "xlsx"}, RequestError),
    ],
)
def test_what_makes_no_sense_is_refused(do_task, lab, asked, error):
    with pytest.raises(error):
        do_task("statistics", **asked)


def test_a_channel_that_is_not_there(do_task, lab):
    with pytest.raises(OutOfRangeError):
        do_task("statistics", image=lab.cells.pk, c_range="3")


def test_who_does_not_see_an_image_measures_none(do_task, lab, cast):
    from graticule.catalog.models import Image

    Image.objects.filter(pk=lab.cells.pk).update(owner=cast.alice, group=cast.group)
    assert len(table_of(do_task("statistics", cast.bob, image=lab.cells.pk))) == 3
    with pytest.raises(NotFoundError):
        do_task("statistics", cast.charlie, image=lab.cells.pk)
