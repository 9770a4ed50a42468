"""The job ome-tiff: its files are opened by tifffile (issue 4, contract 11.1)."""

import io

import numpy as np
import ome_types
import pytest
import tifffile

from graticule.errors import NotFoundError, OutOfRangeError, RequestError


def test_one_result_for_each_image(do_task, lab):
    done = do_task("ome-tiff", dataset=lab.dataset.pk)
    keys = {f"image-{lab.cells.pk}", f"image-{lab.slide.pk}"}
    assert done.written.keys() == keys
    cells = done.written[f"image-{lab.cells.pk}"]
    assert cells["name"] == f"{lab.cells.pk}-cells.ome.tiff"
    assert cells["media_type"] == "image/tiff"
    with tifffile.TiffFile(cells["path"]) as tif:
        assert np.array_equal(tif.asarray(), lab.pixels)
        pixels = ome_types.from_xml(tif.ome_metadata).images[0].pixels
    assert (pixels.physical_size_x, pixels.physical_size_y) == (0.25, 0.5)
    assert [channel.name for channel in pixels.channels] == ["DAPI", "GFP", "Cy5"]
    with tifffile.TiffFile(done.path(f"image-{lab.slide.pk}")) as tif:
        for level, expected in zip(tif.series[0].levels, lab.levels, strict=True):
            assert np.array_equal(level.asarray(), expected)


def test_progress_goes_up_to_the_end(do_task, lab):
    done = do_task("ome-tiff", project=lab.project.pk)
    values = [each["done"] for each in done.progress]
    assert values == sorted(values)
    assert done.progress[-1]["done"] == done.progress[-1]["total"] == 2


def test_an_archive_of_all(do_task, lab):
    done = do_task("ome-tiff", image=f"{lab.slide.pk}, {lab.cells.pk}", zip="true")
    assert done.written.keys() == {"archive"}
    assert done.written["archive"]["media_type"] == "application/zip"
    archive = done.archive()
    assert archive.namelist() == [
        f"{lab.slide.pk}-slide.ome.tiff",
        f"{lab.cells.pk}-cells.ome.tiff",
    ]
    data = archive.read(f"{lab.cells.pk}-cells.ome.tiff")
    assert np.array_equal(tifffile.imread(io.BytesIO(data)), lab.pixels)


def test_wells_and_plates_and_screens(do_task, lab, plate_of):
    plate = plate_of({(0, 1): [lab.cells], (2, 3): [lab.slide, lab.cells]})
    well = plate.wells.get(row=0)
    assert len(do_task("ome-tiff", well=well.pk).written) == 1
    assert len(do_task("ome-tiff", plate=plate.pk).written) == 2
    screen = plate.screens.get()
    assert len(do_task("ome-tiff", screen=screen.pk, well=well.pk).written) == 2


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"z_range": "2"}, np.s_[:, :, 2:3]),
        ({"z_range": "1:2", "c_range": "0:1"}, np.s_[:, :2, 1:3]),
        ({"t_range": "1:99", "c_range": "2"}, np.s_[1:, 2:]),
    ],
)
def test_ranges(do_task, lab, asked, part):
    done = do_task("ome-tiff", image=lab.cells.pk, **asked)
    with tifffile.TiffFile(done.path(f"image-{lab.cells.pk}")) as tif:
        whole = tif.asarray()
        ome = ome_types.from_xml(tif.ome_metadata)
    expected = lab.pixels[part]
    assert np.array_equal(whole.reshape(expected.shape), expected)
    said = ome.images[0].pixels
    assert (said.size_t, said.size_c, said.size_z) == expected.shape[:3]
    names = np.array(["DAPI", "GFP", "Cy5"])[part[1]]
    assert [channel.name for channel in said.channels] == list(names)


def test_a_channel_of_a_slide_keeps_levels_and_coded_tiles(do_task, lab):
    done = do_task("ome-tiff", image=lab.slide.pk, c_range="1")
    source = lab.slide.fileset.entry
    with tifffile.TiffFile(done.path(f"image-{lab.slide.pk}")) as tif:
        for level, expected in zip(tif.series[0].levels, lab.levels, strict=True):
            assert np.array_equal(level.asarray(), expected[1])
    made = tile_bytes(done.path(f"image-{lab.slide.pk}"), 0)
    assert made == tile_bytes(source, 1)


def tile_bytes(path, page):
    with tifffile.TiffFile(path) as tif:
        page = tif.pages[page]
        handle = tif.filehandle
        found = []
        for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
            handle.seek(offset)
            found.append(handle.read(count))
    return found


def test_options(do_task, lab):
    sizes = {}
    for compression in ("none", "fast", "small"):
        done = do_task(
            "ome-tiff", image=lab.slide.pk, pyramid="false", compression=compression
        )
        path = done.path(f"image-{lab.slide.pk}")
        with tifffile.TiffFile(path) as tif:
            assert len(tif.series[0].levels) == 1
            assert np.array_equal(tif.asarray(), lab.levels[0])
            assert (tif.pages[0].compression == 1) == (compression == "none")
        sizes[compression] = path.stat().st_size
    assert sizes["none"] > sizes["fast"]


def test_what_is_not_there_is_named(do_task, lab):
    with pytest.raises(NotFoundError, match="Image:999999 not found"):
        do_task("ome-tiff", image=[lab.cells.pk, 999999])
    with pytest.raises(NotFoundError, match="Dataset:999999 not found"):
        do_task("ome-tiff", dataset=999999)
    with pytest.raises(OutOfRangeError, match="z 7 to 9 is outside 0 to 3"):
        do_task("ome-tiff", image=lab.cells.pk, z_range="7:9")
    lab.dataset.images.clear()
    with pytest.raises(NotFoundError, match="holds no images"):
        do_task("ome-tiff", dataset=lab.dataset.pk)


def test_bad_parameters(do_task, lab):
    with pytest.raises(RequestError, match="say what to work on"):
        do_task("ome-tiff")
    with pytest.raises(RequestError, match=r"IMAGE: .*integer"):
        do_task("ome-tiff", image="first")
    with pytest.raises(RequestError, match="Z_RANGE"):
        do_task("ome-tiff", image=lab.cells.pk, z_range="1-3")
    with pytest.raises(RequestError, match="COMPRESSION"):
        do_task("ome-tiff", image=lab.cells.pk, compression="jpeg")


def test_nobody_gets_what_they_may_not_see(do_task, lab, make_cast):
    cast = make_cast("rw----")
    lab.cells.owner, lab.cells.group = cast.alice, cast.group
    lab.cells.save()
    key = f"image-{lab.cells.pk}"
    assert do_task("ome-tiff", cast.alice, image=lab.cells.pk).written.keys() == {key}
    for person in (cast.bob, cast.charlie, cast.public):
        with pytest.raises(NotFoundError, match="not found"):
            do_task("ome-tiff", person, image=lab.cells.pk)
    # Of a container that others see, they get the rest.
    done = do_task("ome-tiff", cast.public, dataset=lab.dataset.pk)
    assert done.written.keys() == {f"image-{lab.slide.pk}"}


def test_a_full_disk_is_no_fault_of_a_file(lab, tmp_path):
    from graticule.errors import FileError
    from graticule.services.tasks.packing import full_disk_told

    full = OSError(28, "No space left on device")
    with pytest.raises(OSError, match="No space") as caught, full_disk_told():
        raise FileError(tmp_path, "cannot be written") from full
    assert caught.value is full
    # As TensorStore says it.
    words = "cannot be written: file 3: No space left on device [os_error_code='28']."
    with pytest.raises(OSError, match="No space") as caught, full_disk_told():
        raise FileError(tmp_path, words) from ValueError(words)
    assert caught.value.errno == 28
    with pytest.raises(FileError), full_disk_told():
        raise FileError(tmp_path, "is damaged") from OSError(5, "Input/output error")
