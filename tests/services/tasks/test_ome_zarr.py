"""The job ome-zarr: read back by zarr-python and by our own reader (issue 4)."""

import json
import zipfile

import numpy as np
import pytest
import tifffile
import zarr as zarr_python

from graticule.errors import NotFoundError

FILES = {"0.5": "zarr.json", "0.4": ".zattrs"}


def unpacked(done, key, tmp_path):
    """Unpack an archive; the folder has its name without ``.zip``."""
    name = done.written[key]["name"]
    assert name.endswith(".ome.zarr.zip")
    folder = tmp_path / "unpacked" / name.removesuffix(".zip")
    archive = done.archive(key)
    assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
    archive.extractall(folder)
    return folder


def said_of(folder, version):
    document = json.loads((folder / FILES[version]).read_text())
    if version == "0.4":
        assert json.loads((folder / ".zgroup").read_text()) == {"zarr_format": 2}
        return document
    assert (document["zarr_format"], document["node_type"]) == (3, "group")
    ome = document["attributes"]["ome"]
    assert ome["version"] == "0.5"
    return ome


def by_own_reader(folder):
    from graticule.pixels.registry import open_source
    from graticule.services.engine import engine

    source = open_source(folder, engine().context)
    yield source
    source.close()


def own_pixels(source, index, level=0):
    """All planes TCZYX of an image."""
    info = source.fileset.images[index]
    planes = [
        source.read(index, level, z, t, range(info.size_c), info.levels[level].whole)
        for t in range(info.size_t)
        for z in range(info.size_z)
    ]
    shape = (info.size_t, info.size_z, *planes[0].shape)
    return np.swapaxes(np.array(planes).reshape(shape), 1, 2)


@pytest.mark.parametrize("version", ["0.5", "0.4"])
def test_an_image(do_task, lab, tmp_path, version):
    key = f"image-{lab.cells.pk}"
    done = do_task("ome-zarr", image=lab.cells.pk, version=version)
    assert done.written[key]["media_type"] == "application/zip"
    folder = unpacked(done, key, tmp_path)
    said = said_of(folder, version)
    (multiscale,) = said["multiscales"]
    assert multiscale.get("version") == (version if version == "0.4" else None)
    assert [axis["name"] for axis in multiscale["axes"]] == list("tczyx")
    assert [axis.get("unit") for axis in multiscale["axes"]] == [
        "second",
        None,
        "micrometer",
        "micrometer",
        "micrometer",
    ]
    (dataset,) = multiscale["datasets"]
    assert dataset["coordinateTransformations"] == [
        {"type": "scale", "scale": [30, 1, 2, 0.5, 0.25]}
    ]
    labels = [channel["label"] for channel in said["omero"]["channels"]]
    assert labels == ["DAPI", "GFP", "Cy5"]
    array = zarr_python.open_array(folder / dataset["path"], mode="r")
    assert array.metadata.zarr_format == (3 if version == "0.5" else 2)
    assert array.dtype == lab.pixels.dtype
    assert np.array_equal(array[...], lab.pixels)
    for source in by_own_reader(folder):
        info = source.fileset.images[0]
        assert (info.name, info.pixel_depth_um) == ("cells", 2)
        assert info.time_increment.total_seconds() == 30
        assert [channel.name for channel in info.channels] == labels
        assert np.array_equal(own_pixels(source, 0), lab.pixels)


@pytest.mark.parametrize("version", ["0.5", "0.4"])
def test_levels(do_task, lab, tmp_path, version):
    key = f"image-{lab.slide.pk}"
    done = do_task("ome-zarr", image=lab.slide.pk, version=version)
    folder = unpacked(done, key, tmp_path)
    datasets = said_of(folder, version)["multiscales"][0]["datasets"]
    scales = [each["coordinateTransformations"][0]["scale"] for each in datasets]
    assert scales == [[1, 1, 1, 1, 1], [1, 1, 1, 2, 2]]
    for dataset, expected in zip(datasets, lab.levels, strict=True):
        array = zarr_python.open_array(folder / dataset["path"], mode="r")
        assert np.array_equal(array[0, :, 0], expected)
    for source in by_own_reader(folder):
        for level, expected in enumerate(lab.levels):
            assert np.array_equal(own_pixels(source, 0, level)[0, :, 0], expected)


def test_the_archive_itself_can_be_opened(do_task, lab):
    done = do_task("ome-zarr", image=lab.slide.pk, pyramid="false")
    path = done.path(f"image-{lab.slide.pk}")
    store = zarr_python.storage.ZipStore(path, mode="r")
    group = zarr_python.open_group(store, mode="r")
    assert list(group.array_keys()) == ["0"]
    assert np.array_equal(group["0"][0, :, 0], lab.levels[0])
    store.close()
    archive = done.archive(f"image-{lab.slide.pk}")
    assert archive.namelist()[0] == "zarr.json"
    assert json.loads(archive.comment) == {"ome": {"version": "0.5"}}


def test_pixels_wider_than_a_shard(do_task, run_scan, tmp_path):
    from graticule.catalog.models import Image

    pixels = np.random.default_rng(5).integers(0, 2, (700, 8500)).astype(bool)
    tifffile.imwrite(tmp_path / "wide.tif", pixels, photometric="minisblack")
    run_scan(tmp_path)
    image = Image.objects.get()
    for version in FILES:
        done = do_task("ome-zarr", image=image.pk, version=version)
        folder = unpacked(done, f"image-{image.pk}", tmp_path / version)
        array = zarr_python.open_array(folder / "0", mode="r")
        assert array.dtype == bool
        assert np.array_equal(array[0, 0, 0], pixels)


def test_ranges(do_task, lab, tmp_path):
    done = do_task("ome-zarr", dataset=lab.dataset.pk, c_range="1", t_range="0:0")
    assert len(done.written) == 2
    folder = unpacked(done, f"image-{lab.cells.pk}", tmp_path)
    array = zarr_python.open_array(folder / "0", mode="r")
    assert np.array_equal(array[...], lab.pixels[:1, 1:2])
    channels = said_of(folder, "0.5")["omero"]["channels"]
    assert [channel["label"] for channel in channels] == ["GFP"]


@pytest.mark.parametrize("version", ["0.5", "0.4"])
def test_a_plate(do_task, lab, plate_of, tmp_path, version):
    plate = plate_of({(2, 3): [lab.slide, lab.cells], (0, 11): [lab.cells]})
    run = plate.acquisitions.create(
        name="first run", key="1", owner=plate.owner, group=plate.group
    )
    well = plate.wells.get(row=2)
    well.samples.filter(index=1).update(acquisition=run)
    key = f"plate-{plate.pk}"
    done = do_task("ome-zarr", plate=plate.pk, version=version)
    assert done.written.keys() == {key}
    folder = unpacked(done, key, tmp_path)
    assert folder.name == f"{plate.pk}-P 7.ome.zarr"
    said = said_of(folder, version)["plate"]
    assert said["name"] == "P 7"
    assert [row["name"] for row in said["rows"]] == list("ABCDEFGH")
    assert [column["name"] for column in said["columns"]] == [
        str(number) for number in range(1, 13)
    ]
    assert said["wells"] == [
        {"path": "A/12", "rowIndex": 0, "columnIndex": 11},
        {"path": "C/4", "rowIndex": 2, "columnIndex": 3},
    ]
    assert said["acquisitions"] == [{"id": 0, "name": "first run"}]
    images = said_of(folder / "C/4", version)["well"]["images"]
    assert images == [{"path": "0"}, {"path": "1", "acquisition": 0}]
    group = zarr_python.open_group(folder, mode="r")
    assert np.array_equal(group["C/4/1/0"][...], lab.pixels)
    for source in by_own_reader(folder):
        (read,) = source.fileset.metadata.plates
        assert [(well.row, well.column) for well in read.wells] == [(0, 11), (2, 3)]
        assert (read.rows, read.columns, read.row_naming) == (8, 12, "letter")
        places = [info.key for info in source.fileset.images]
        at = places.index("C/4/0")
        assert np.array_equal(own_pixels(source, at)[0, :, 0], lab.levels[0])
    assert done.progress[-1]["done"] == done.progress[-1]["total"] == 3


def test_screens_give_their_plates_and_wells_their_images(do_task, lab, plate_of):
    plate = plate_of({(0, 0): [lab.cells]})
    screen, well = plate.screens.get(), plate.wells.get()
    done = do_task("ome-zarr", screen=screen.pk, plate=plate.pk, well=well.pk)
    assert done.written.keys() == {f"plate-{plate.pk}", f"image-{lab.cells.pk}"}


def test_nobody_gets_what_they_may_not_see(do_task, lab, plate_of, make_cast):
    plate = plate_of({(0, 0): [lab.cells, lab.slide]})
    cast = make_cast("rw----")
    lab.cells.owner, lab.cells.group = cast.alice, cast.group
    lab.cells.save()
    done = do_task("ome-zarr", cast.public, plate=plate.pk)
    names = done.archive(f"plate-{plate.pk}").namelist()
    assert "A/1/0/zarr.json" in names
    assert not [name for name in names if name.startswith("A/1/1")]
    for person in (cast.charlie, cast.public):
        with pytest.raises(NotFoundError, match=f"Image:{lab.cells.pk} not found"):
            do_task("ome-zarr", person, image=lab.cells.pk)
    plate.owner, plate.group = cast.alice, cast.group
    plate.save()
    with pytest.raises(NotFoundError, match=f"Plate:{plate.pk} not found"):
        do_task("ome-zarr", cast.public, plate=plate.pk)
