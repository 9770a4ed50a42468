"""The made microscope images, read back by other people's readers."""

import numpy as np
import ome_types
import pytest
import tifffile
import zarr

from graticule.demo import culture, livecells, mosaic, plate, slide, tissue


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    path = tmp_path_factory.mktemp("stack") / "cells.ome.tif"
    livecells.write(path, size=96, planes=6, frames=2)
    return path


def test_stack_is_five_dimensional(stack):
    with tifffile.TiffFile(stack) as file:
        series = file.series[0]
        assert file.is_ome
        assert series.axes == "TCZYX"
        assert series.shape == (2, 4, 6, 96, 96)
        assert series.dtype == np.uint16


def test_stack_tells_how_it_was_taken(stack):
    ome = ome_types.from_tiff(stack)
    pixels = ome.images[0].pixels
    assert [c.name for c in pixels.channels] == [
        "Nuclei",
        "Microtubules",
        "Membranes",
        "Lysosomes",
    ]
    assert [c.emission_wavelength for c in pixels.channels] == [461, 509, 610, 674]
    assert pixels.channels[2].color.as_rgb_tuple()[:3] == (255, 48, 32)
    assert pixels.physical_size_x == pytest.approx(0.108)
    assert pixels.physical_size_z_unit.value == "µm"
    assert pixels.time_increment == 180
    assert len(pixels.planes) == 2 * 4 * 6
    assert pixels.planes[-1].delta_t > 180
    assert ome.instruments[0].objectives[0].lens_na == pytest.approx(1.4)


def test_stack_is_the_same_every_time(stack, tmp_path):
    livecells.write(tmp_path / "again.tif", size=96, planes=6, frames=2)
    again = tifffile.imread(tmp_path / "again.tif")
    assert np.array_equal(tifffile.imread(stack).ravel(), again.ravel())


def test_stack_changes_with_time_channel_and_depth(stack):
    pixels = tifffile.imread(stack).astype(float)
    for one, other in (
        (pixels[0, 0, 3], pixels[1, 0, 3]),
        (pixels[0, 0, 3], pixels[0, 1, 3]),
        (pixels[0, 0, 3], pixels[0, 0, 0]),
    ):
        assert np.abs(one - other).mean() > 20


def test_lens_blurs_more_the_further_from_focus():
    point = np.zeros((7, 64, 64), np.float32)
    point[3, 32, 32] = 1000
    seen = livecells.seen(point, 0.03)
    distance2 = (np.mgrid[:64, :64] - 32).astype(float) ** 2
    widths = [(p * distance2.sum(0)).sum() / p.sum() for p in seen.astype(float)]
    assert widths[3] < widths[4] < widths[5] < widths[6]
    assert seen[3].max() > 3 * seen[5].max()
    assert np.unravel_index(seen.argmax(), seen.shape) == (3, 32, 32)


def test_slide_is_a_pyramid_of_jpeg_tiles(tmp_path):
    slide.write(tmp_path / "slide.ome.tif", levels=3)
    with tifffile.TiffFile(tmp_path / "slide.ome.tif") as file:
        levels = file.series[0].levels
        assert [level.shape for level in levels] == [
            (2048, 2048, 3),
            (1024, 1024, 3),
            (512, 512, 3),
        ]
        page = file.pages[0]
        assert (page.compression.name, page.tilewidth) == ("JPEG", 512)
        assert len(page.subifds) == 2
        large = levels[0].asarray().astype(float)
        small = levels[1].asarray().astype(float)
    mean = large.reshape(1024, 2, 1024, 2, 3).mean((1, 3))
    assert np.abs(mean - small).mean() < 3
    # Tissue, not grey: eosin takes green away.
    assert (large[..., 0] - large[..., 1]).mean() > 20


def test_slide_tiles_fit_their_neighbours():
    whole = tissue.painted(8000, 3200, 256, 256)
    alone = tissue.painted(8064, 3264, 128, 128)
    assert np.array_equal(whole[64:192, 64:192], alone)


def test_bare_glass_surrounds_the_section():
    corner = tissue.painted(0, 0, 64, 64)
    assert corner.min() > 225


@pytest.fixture(scope="module")
def dish(tmp_path_factory):
    path = tmp_path_factory.mktemp("dish") / "mosaic.ome.zarr"
    mosaic.write(path, fields=2, levels=3)
    return zarr.open_group(path, mode="r")


def test_mosaic_is_sharded_and_has_levels(dish):
    assert [dish[str(n)].shape for n in range(3)] == [
        (3, 1024, 1024),
        (3, 512, 512),
        (3, 256, 256),
    ]
    assert dish["0"].shards == (1, 1024, 1024)
    assert dish["0"].chunks == (1, 512, 512)
    ome = dish.attrs["ome"]
    assert ome["version"] == "0.5"
    scales = [
        d["coordinateTransformations"][0]["scale"]
        for d in ome["multiscales"][0]["datasets"]
    ]
    assert scales == [[1, 0.325, 0.325], [1, 0.65, 0.65], [1, 1.3, 1.3]]
    mean = dish["0"][0].reshape(512, 2, 512, 2).mean((1, 3))
    assert np.abs(mean - dish["1"][0]).max() <= 0.5


def test_mosaic_labels_mark_the_nuclei(dish):
    labels = dish["labels/nuclei/0"][:]
    dna = dish["0"][0]
    assert dish["labels"].attrs["ome"]["labels"] == ["nuclei"]
    assert set(np.unique(labels)) == set(range(labels.max() + 1))
    assert labels.max() > 20
    assert dna[labels > 0].mean() > 4 * dna[labels == 0].mean()
    assert np.array_equal(dish["labels/nuclei/1"][:], labels[::2, ::2])


def test_culture_tiles_fit_their_neighbours():
    kind = culture.Culture(3, 40.0, 0.9)
    whole = culture.layout(kind, 100, 60, (96, 96))
    alone = culture.layout(kind, 132, 92, (32, 32))
    assert np.array_equal(whole.cells[32:64, 32:64], alone.cells)


@pytest.fixture(scope="module")
def wells(tmp_path_factory):
    path = tmp_path_factory.mktemp("plate") / "plate.ome.zarr"
    plate.write(path, rows=2, fields=1, size=128)
    return zarr.open_group(path, mode="r")


def test_plate_lists_its_wells_but_the_missing(wells):
    ome = wells.attrs["ome"]["plate"]
    places = [well["path"] for well in ome["wells"]]
    assert len(places) == 23
    assert "B/9" not in places
    assert [c["name"] for c in ome["columns"]] == [str(n) for n in range(1, 13)]
    for well in ome["wells"]:
        row, column = well["path"].split("/")
        assert "AB"[well["rowIndex"]] == row
        assert well["columnIndex"] == int(column) - 1
        images = wells[well["path"]].attrs["ome"]["well"]["images"]
        assert images == [{"path": "0", "acquisition": 0}]
        assert wells[f"{well['path']}/0/0"].shape == (2, 128, 128)


def test_dose_moves_the_reporter_into_the_nuclei(wells):
    def in_nuclei(place):
        dna, reporter = wells[f"{place}/0/0"][:].astype(float)
        return reporter[dna > 500].mean() / reporter[dna < 200].mean()

    low, middle, high = (in_nuclei(place) for place in ("B/1", "B/5", "B/12"))
    assert low < middle < high
    assert high > 3 * low
