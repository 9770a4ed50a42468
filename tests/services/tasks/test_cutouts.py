"""The job cutouts: boxes as OME-TIFFs that know where they come from (issue 4)."""

import csv
import io
from pathlib import Path

import numpy as np
import ome_types
import pytest
import tifffile
import xmlschema
from tests.services.tasks.conftest import stack

from graticule.errors import NotFoundError, RequestError

SCHEMA = Path(ome_types.__file__).parent / "ome-2016-06.xsd"


@pytest.fixture(scope="session")
def schema():
    return xmlschema.XMLSchema(SCHEMA)


def opened(archive, name):
    """Pixels and OME-XML of a file in an archive."""
    with tifffile.TiffFile(io.BytesIO(archive.read(name))) as tif:
        return tif.asarray(), tif.ome_metadata


def rows_of(archive):
    text = archive.read("cutouts.csv").decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_boxes_with_all_that_is_known(do_task, lab, schema):
    cells, slide = lab.cells.pk, lab.slide.pk
    done = do_task(
        "cutouts",
        boxes=[
            f"{slide},300,200,100,50",
            f"{cells},8,10,20,30,1:2,0,1",
            f"{cells},0,0,80,60",
        ],
    )
    archive = done.archive()
    rows = rows_of(archive)
    assert [int(row["line"]) for row in rows] == [1, 2, 3]
    assert set(archive.namelist()) == {"cutouts.csv", *(row["file"] for row in rows)}
    expected = [
        lab.levels[0][:, 200:250, 300:400],
        lab.pixels[1, 0, 1:3, 10:40, 8:28],
        lab.pixels,
    ]
    for row, pixels in zip(rows, expected, strict=True):
        found, xml = opened(archive, row["file"])
        assert np.array_equal(found, pixels)
        schema.validate(xml)
    assert rows[1] == {
        "line": "2",
        "file": f"000002-{cells}-x8-y10.ome.tiff",
        "image": str(cells),
        "x": "8",
        "y": "10",
        "width": "20",
        "height": "30",
        "z": "1:2",
        "c": "0:0",
        "t": "1:1",
    }
    _, xml = opened(archive, rows[1]["file"])
    ome = ome_types.from_xml(xml)
    said = ome.images[0].pixels
    assert (said.physical_size_x, said.physical_size_y) == (0.25, 0.5)
    assert [channel.name for channel in said.channels] == ["DAPI"]
    # 8 columns of 0.25 and 10 rows of 0.5 micrometres from the corner.
    for plane in said.planes:
        assert (plane.position_x, plane.position_y) == (2.0, 5.0)
        assert plane.position_x_unit.value == "µm"
    assert [plane.the_z for plane in said.planes] == [0, 1]
    (notes,) = ome.structured_annotations.map_annotations
    assert notes.value["image"] == str(cells)
    assert (notes.value["x"], notes.value["y"], notes.value["z"]) == ("8", "10", "1:2")
    # Nobody knows how large a pixel of the slide is.
    _, xml = opened(archive, rows[0]["file"])
    plane = ome_types.from_xml(xml).images[0].pixels.planes[0]
    assert (plane.position_x, plane.position_x_unit.value) == (300, "pixel")


def test_our_own_reader_opens_them(do_task, lab, tmp_path):
    from graticule.pixels.registry import open_source
    from graticule.services.engine import engine

    done = do_task("cutouts", boxes=f"{lab.cells.pk},1,2,30,40,,1,")
    archive = done.archive()
    path = archive.extract(rows_of(archive)[0]["file"], tmp_path)
    source = open_source(Path(path), engine().context)
    info = source.fileset.images[0]
    assert (info.size_z, info.size_c, info.size_t) == (4, 1, 2)
    read = source.read(0, 0, 3, 1, [0], info.levels[0].whole)
    source.close()
    assert np.array_equal(read[0], lab.pixels[1, 1, 3, 2:42, 1:31])


def test_boxes_that_hang_over_the_edge_are_cut(do_task, lab):
    done = do_task("cutouts", boxes=f"{lab.cells.pk},-5,50,20,30,0,0,0")
    archive = done.archive()
    (row,) = rows_of(archive)
    assert [row[name] for name in ("x", "y", "width", "height")] == [
        "0",
        "50",
        "15",
        "10",
    ]
    found, _ = opened(archive, row["file"])
    assert np.array_equal(found, lab.pixels[0, 0, 0, 50:60, :15])


def test_a_file_of_boxes(do_task, lab, tmp_path):
    path = tmp_path / "boxes.csv"
    path.write_text(
        "\ufeffname;width;height;image;x;y;c\r\n"
        f"nucleus 1;10;12;{lab.cells.pk};3;4;2\r\n"
        "\r\n# a note\r\n"
        f"nucleus 1;10;12;{lab.cells.pk};5;4;2\r\n"
        f"../../up;10;12;{lab.cells.pk};5;4;2\r\n",
        encoding="utf-8",
    )
    done = do_task("cutouts", files={"boxes_file": path})
    archive = done.archive()
    rows = rows_of(archive)
    assert [row["line"] for row in rows] == ["2", "5", "6"]
    names = [row["file"] for row in rows]
    assert names[0] == "nucleus 1.ome.tiff"
    assert len(set(names)) == 3
    assert not [name for name in names if "/" in name]
    found, _ = opened(archive, names[1])
    assert np.array_equal(found[1, 3], lab.pixels[1, 2, 3, 4:16, 5:15])


@pytest.fixture
def wide(run_scan, tmp_path):
    """An image of 40 tiles in a corner of which, say, all boxes lie."""
    from graticule.catalog.models import Image

    pixels = stack(9, (512, 1280))
    folder = tmp_path / "wide"
    folder.mkdir()
    tifffile.imwrite(folder / "wide.tif", pixels, tile=(128, 128), compression="zlib")
    run_scan(folder)
    return Image.objects.get(name__startswith="wide"), pixels


def test_each_tile_is_decoded_once_for_a_thousand_boxes(do_task, wide, monkeypatch):
    """Boxes share tiles, and nothing is kept in between."""
    from graticule.services.engine import engine

    image, pixels = wide
    rng = np.random.default_rng(4)
    corners = [(int(x), int(y)) for x, y in rng.integers(0, (700, 400), (1000, 2))]
    lines = [f"{image.pk},{x},{y},40,30" for x, y in corners]
    chunks = engine().context.chunks
    chunks.clear()
    monkeypatch.setattr(chunks, "max_bytes", 0)
    decoded = chunks.misses
    done = do_task("cutouts", boxes="\n".join(lines))
    archive = done.archive()
    for (x, y), row in zip(corners, rows_of(archive), strict=True):
        found, _ = opened(archive, row["file"])
        assert np.array_equal(found, pixels[y : y + 30, x : x + 40])
    touched = {
        (column, row)
        for x, y in corners
        for column in range(x // 128, (x + 39) // 128 + 1)
        for row in range(y // 128, (y + 29) // 128 + 1)
    }
    assert chunks.misses - decoded == len(touched)
    assert done.progress[-1]["done"] == done.progress[-1]["total"] == 1000


def test_more_than_is_held_at_once(do_task, lab, wide, monkeypatch):
    """Small boxes in several rounds, large ones streamed."""
    from graticule.services.exports import cutouts
    from graticule.services.tasks import making_cutouts

    image, pixels = wide
    monkeypatch.setattr(cutouts, "HELD_BYTES", 30_000)
    monkeypatch.setattr(making_cutouts, "HELD_BYTES", 30_000)
    monkeypatch.setattr(cutouts, "_READ_BYTES", 1000)
    boxes = [(i * 60, i * 20, 100, 90) for i in range(15)] + [(0, 0, 1280, 512)]
    lines = [f"{image.pk},{x},{y},{w},{h}" for x, y, w, h in boxes]
    archive = do_task("cutouts", boxes=lines).archive()
    for (x, y, w, h), row in zip(boxes, rows_of(archive), strict=True):
        found, xml = opened(archive, row["file"])
        assert np.array_equal(found, pixels[y : y + h, x : x + w])
        plane = ome_types.from_xml(xml).images[0].pixels.planes[0]
        assert (plane.position_x, plane.position_y) == (x, y)


def test_colours(do_task, run_scan, tmp_path):
    from graticule.catalog.models import Image

    pixels = stack(7, (100, 120, 3), np.uint8)
    folder = tmp_path / "rgb"
    folder.mkdir()
    tifffile.imwrite(folder / "rgb.tif", pixels, photometric="rgb", rowsperstrip=10)
    run_scan(folder)
    image = Image.objects.get(name__startswith="rgb")
    archive = do_task("cutouts", boxes=f"{image.pk},20,30,50,40").archive()
    found, _ = opened(archive, rows_of(archive)[0]["file"])
    assert np.array_equal(found, pixels[30:70, 20:70])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5,1,2,3", "Line 1: height must be a whole number, not ''"),
        ("5,1,2,3,4,x", "Line 1: z must be like 3 or 0:9, not 'x'"),
        ("5,1,2,3,4,1,1,1,name", "Line 1 has 9 columns where image, x"),
        ("5,1,2,0,4", "Line 1: width and height must be 1 or more"),
        ("5,1,2,3,4\n5,1.5,2,3,4", "Line 2: x must be a whole number, not '1.5'"),
        ("image,x,y,width\n5,1,2,3", "Line 1: columns are .* height is missing"),
        ("image,x,x,y,width,height", "one is missing or there twice"),
    ],
)
def test_lines_that_make_no_sense(database, text, message):
    from graticule.services.tasks.boxes import read_boxes

    with pytest.raises(RequestError, match=message):
        list(read_boxes(text.splitlines()))


def test_lines_are_read_as_written(database):
    from graticule.services.tasks.boxes import Box, read_boxes

    text = "# boxes\nIMAGE\tx\ty\twidth\theight\tt\n7\t-1\t2\t3\t4\t5:6\n"
    assert list(read_boxes(text.splitlines())) == [Box(3, 7, -1, 2, 3, 4, t=(5, 6))]
    assert list(read_boxes(["7,1,2,3,4,,0:1"])) == [Box(1, 7, 1, 2, 3, 4, c=(0, 1))]


def test_mistakes_are_found_before_anything_is_written(do_task, lab):
    good = f"{lab.cells.pk},0,0,10,10"
    for bad, message in (
        (f"{lab.cells.pk},80,0,10,10", "Line 2: The box from x 80, y 0 is outside"),
        (f"{lab.cells.pk},0,0,10,10,4", "Line 2: z 4 to 4 is outside 0 to 3"),
    ):
        with pytest.raises(RequestError, match=message):
            do_task("cutouts", boxes=[good, bad])
    with pytest.raises(NotFoundError, match="Image:999999 not found"):
        do_task("cutouts", boxes=[good, "999999,0,0,1,1"])
    with pytest.raises(RequestError, match="list of boxes is empty"):
        do_task("cutouts", boxes="# none")
    with pytest.raises(RequestError, match="by BOXES or by BOXES_FILE"):
        do_task("cutouts")


def test_a_file_that_is_no_text(do_task, lab):
    with pytest.raises(RequestError, match="no text in UTF-8"):
        do_task("cutouts", files={"boxes_file": lab.slide.fileset.entry})


def test_nobody_gets_what_they_may_not_see(do_task, lab, make_cast):
    cast = make_cast("rw----")
    lab.cells.owner, lab.cells.group = cast.alice, cast.group
    lab.cells.save()
    line = f"{lab.cells.pk},0,0,10,10"
    assert do_task("cutouts", cast.alice, boxes=line).written
    for person in (cast.bob, cast.charlie, cast.public):
        with pytest.raises(NotFoundError, match=f"Image:{lab.cells.pk} not found"):
            do_task("cutouts", person, boxes=line)


@pytest.mark.parametrize(
    "boxes", [["8,10,20,30,1:2,0,1"], ["z,width,height,x,y,c,t", "1:2,20,30,8,10,0,1"]]
)
def test_boxes_of_one_image_need_not_name_it(do_task, lab, boxes):
    archive = do_task("cutouts", image=lab.cells.pk, boxes=boxes).archive()
    (row,) = rows_of(archive)
    assert row["image"] == str(lab.cells.pk)
    pixels, _ = opened(archive, row["file"])
    assert np.array_equal(pixels, lab.pixels[1, 0, 1:3, 10:40, 8:28])


def test_lines_of_an_image_that_name_another_mean_that(do_task, lab):
    header = "image,x,y,width,height"
    boxes = [header, f"{lab.slide.pk},300,200,100,50"]
    (row,) = rows_of(do_task("cutouts", image=lab.cells.pk, boxes=boxes).archive())
    assert row["image"] == str(lab.slide.pk)
