"""OME-TIFF: sets of files, pyramids, RGB, XML that errs."""

import itertools
import threading

import numpy as np
import pytest
import tifffile
from tests.pixels.tiff_files import noise, ome_xml, open_tiff, write_pages

from graticule.errors import CorruptFileError, MissingFileError
from graticule.pixels.model import PixelType, Window
from graticule.pixels.tiff.reader import TiffReader

SIZES = 'SizeX="30" SizeY="20" SizeZ="2" SizeC="1" SizeT="3" Type="uint16"'
STACK = noise((3, 2, 20, 30), "uint16")  # t, z


def plane(source, z=0, t=0, image=0, level=0):
    info = source.fileset.images[image]
    return source.read(image, level, z, t, range(info.size_c), info.levels[level].whole)


def blocks(order="ZT"):
    """One file per time point, each with its two z."""
    return "".join(
        f'<TiffData FirstZ="{z}" FirstT="{t}" FirstC="0" IFD="{z}" PlaneCount="1">'
        f'<UUID FileName="t{t}.ome.tif">urn:uuid:{t}</UUID></TiffData>'
        for t, z in itertools.product(range(3), range(2))
    )


def set_of_files(folder, how):
    """A set as people write it: full XML in each, companion, or a master file."""
    xml = ome_xml(SIZES, blocks(), attributes='DimensionOrder="XYZCT"')
    pointer = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        '<BinaryOnly MetadataFile="{}" UUID="urn:uuid:x"/></OME>'
    )
    for t in range(3):
        text = xml.replace("<OME ", f'<OME UUID="urn:uuid:{t}" ', 1)
        if how == "companion":
            text = pointer.format("all.companion.ome")
        elif how == "master" and t > 0:
            text = pointer.format("t0.ome.tif")
        write_pages(folder / f"t{t}.ome.tif", list(STACK[t]), text)
    if how == "companion":
        (folder / "all.companion.ome").write_text(xml)
        return [
            folder / "all.companion.ome",
            *(folder / f"t{t}.ome.tif" for t in (0, 2)),
        ]
    return [folder / f"t{t}.ome.tif" for t in range(3)]


@pytest.mark.parametrize("how", ["every", "companion", "master"])
def test_any_member_opens_the_set(tmp_path, how):
    expected = {f"t{t}.ome.tif" for t in range(3)}
    if how == "companion":
        expected.add("all.companion.ome")
    for entry in set_of_files(tmp_path, how):
        assert TiffReader().probe(entry, entry.read_bytes()[:1024])
        source = open_tiff(entry)
        fileset = source.fileset
        assert (fileset.format, fileset.entry) == ("OME-TIFF", entry)
        assert fileset.files[0].path == entry
        assert {f.path.name for f in fileset.files} == expected
        assert all(f.size_bytes == f.path.stat().st_size for f in fileset.files)
        assert fileset.warnings == ()
        info = fileset.images[0]
        assert (info.size_z, info.size_t, info.name) == (2, 3, "set")
        for t, z in itertools.product(range(3), range(2)):
            assert np.array_equal(plane(source, z, t)[0], STACK[t, z])
        source.close()


def test_a_missing_member_fails_only_where_it_is_needed(tmp_path):
    set_of_files(tmp_path, "every")
    (tmp_path / "t1.ome.tif").unlink()
    source = open_tiff(tmp_path / "t0.ome.tif")
    assert any("t1.ome.tif" in warning for warning in source.fileset.warnings)
    assert len(source.fileset.files) == 2
    assert np.array_equal(plane(source, 1, 2)[0], STACK[2, 1])
    with pytest.raises(MissingFileError, match=r"t1\.ome\.tif"):
        plane(source, 0, 1)


def test_a_member_that_vanishes_after_opening(tmp_path):
    set_of_files(tmp_path, "every")
    source = open_tiff(tmp_path / "t0.ome.tif")
    (tmp_path / "t2.ome.tif").unlink()
    with pytest.raises(MissingFileError, match=r"t2\.ome\.tif"):
        plane(source, 0, 2)


def test_a_companion_alone_is_refused(tmp_path):
    entry = set_of_files(tmp_path, "companion")[0]
    for t in range(3):
        (tmp_path / f"t{t}.ome.tif").unlink()
    with pytest.raises(MissingFileError, match="None of the files"):
        open_tiff(entry)


def test_a_member_without_its_companion_is_read_by_itself(tmp_path):
    set_of_files(tmp_path, "companion")
    (tmp_path / "all.companion.ome").unlink()
    source = open_tiff(tmp_path / "t1.ome.tif")
    assert any("all.companion.ome" in text for text in source.fileset.warnings)
    assert np.array_equal(plane(source, 1)[0], STACK[1, 1])


def test_names_never_lead_out_of_the_folder(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    write_pages(tmp_path / "secret.tif", list(STACK[0]))
    outside = (
        '<TiffData FirstT="1" IFD="0"><UUID FileName="../secret.tif"/></TiffData>'
        '<TiffData FirstT="0" IFD="0"/>'
    )
    write_pages(
        inner / "a.ome.tif",
        list(STACK[1]),
        ome_xml(SIZES, outside, attributes='DimensionOrder="XYZCT"'),
    )
    source = open_tiff(inner / "a.ome.tif")
    with pytest.raises(MissingFileError):
        plane(source, 0, 1)


def test_a_renamed_file_still_finds_its_planes(tmp_path):
    data = '<TiffData><UUID FileName="old.ome.tif">urn:uuid:1</UUID></TiffData>'
    xml = ome_xml(SIZES, data, attributes='DimensionOrder="XYZCT"')
    write_pages(tmp_path / "new.ome.tif", list(STACK.reshape(6, 20, 30)), xml)
    source = open_tiff(tmp_path / "new.ome.tif")
    assert np.array_equal(plane(source, 1, 2)[0], STACK[2, 1])
    assert len(source.fileset.files) == 1


@pytest.mark.parametrize(
    "order", ["XYZCT", "XYZTC", "XYCZT", "XYCTZ", "XYTZC", "XYTCZ"]
)
def test_dimension_orders(tmp_path, order):
    sizes = {"Z": 2, "C": 3, "T": 4}
    pages = noise((24, 8, 9), "uint8")
    xml = ome_xml(
        'SizeX="9" SizeY="8" SizeZ="2" SizeC="3" SizeT="4" Type="uint8"',
        "<TiffData/>",
        attributes=f'DimensionOrder="{order}"',
    )
    write_pages(tmp_path / "a.ome.tif", list(pages), xml)
    source = open_tiff(tmp_path / "a.ome.tif")
    for z, t in itertools.product(range(2), range(4)):
        for c in range(3):
            at = {"Z": z, "C": c, "T": t}
            number, step = 0, 1
            for letter in order[2:]:
                number += at[letter] * step
                step *= sizes[letter]
            assert np.array_equal(plane(source, z, t)[c], pages[number])


def test_planes_that_no_block_names_are_black(tmp_path):
    data = '<TiffData FirstZ="1" FirstT="2" IFD="0" PlaneCount="1"/>'
    xml = ome_xml(SIZES, data, attributes='DimensionOrder="XYZCT"')
    write_pages(tmp_path / "a.ome.tif", [STACK[0, 0]], xml)
    source = open_tiff(tmp_path / "a.ome.tif")
    assert any("5 planes" in warning for warning in source.fileset.warnings)
    assert not plane(source, 0, 0).any()
    assert np.array_equal(plane(source, 1, 2)[0], STACK[0, 0])


def test_a_block_past_the_last_page(tmp_path):
    data = "".join(
        f'<TiffData FirstT="{t}" IFD="{2 * t}" PlaneCount="2"/>' for t in range(3)
    )
    xml = ome_xml(SIZES, data, attributes='DimensionOrder="XYZCT"')
    write_pages(tmp_path / "a.ome.tif", list(STACK[0]), xml)
    source = open_tiff(tmp_path / "a.ome.tif")
    assert np.array_equal(plane(source, 1, 0)[0], STACK[0, 1])
    with pytest.raises(CorruptFileError, match="page 4"):
        plane(source, 0, 2)


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("told", [True, False])
def test_rgb_pages(tmp_path, planar, told):
    """Three samples of a page are channels, whether the XML says so or not."""
    pixels = noise((20, 30, 3), "uint8")
    channels = '<Channel ID="Channel:0" SamplesPerPixel="3"/>'
    if not told:
        channels = "".join(f'<Channel ID="Channel:{c}"/>' for c in range(3))
    xml = ome_xml(
        'SizeX="30" SizeY="20" SizeZ="1" SizeC="3" SizeT="1" Type="uint8"',
        "<TiffData/>",
        channels,
        attributes='DimensionOrder="XYCZT"',
    )
    path = tmp_path / "a.ome.tif"
    tifffile.imwrite(
        path,
        pixels if planar == "contig" else np.moveaxis(pixels, 2, 0),
        photometric="rgb",
        planarconfig=planar,
        description=xml,
        metadata=None,
    )
    source = open_tiff(path)
    assert source.fileset.images[0].size_c == 3
    assert np.array_equal(plane(source), np.moveaxis(pixels, 2, 0))


def test_sub_ifd_pyramids_of_every_plane(tmp_path):
    stack = noise((4, 128, 160), "uint16")
    path = tmp_path / "a.ome.tif"
    with tifffile.TiffWriter(path, bigtiff=True) as tif:
        tif.write(
            stack,
            tile=(64, 64),
            subifds=2,
            metadata={"axes": "ZYX"},
            compression="zlib",
            photometric="minisblack",
        )
        for step in (2, 4):
            tif.write(
                stack[:, ::step, ::step],
                tile=(64, 64),
                subfiletype=1,
                compression="zlib",
                photometric="minisblack",
            )
    source = open_tiff(path)
    info = source.fileset.images[0]
    assert [lv.width for lv in info.levels] == [160, 80, 40]
    for z, (level, step) in itertools.product(range(4), enumerate((1, 2, 4))):
        read = plane(source, z=z, level=level)
        assert np.array_equal(read[0], stack[z, ::step, ::step])


def test_several_images_in_one_file(tmp_path):
    first, second = noise((3, 20, 30), "uint16"), noise((2, 25, 31), "uint8")
    path = tmp_path / "a.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as tif:
        tif.write(first, metadata={"axes": "ZYX", "Name": "one"})
        tif.write(second, metadata={"axes": "TYX", "Name": "two"})
    source = open_tiff(path)
    one, two = source.fileset.images
    assert (one.name, one.key, one.size_z) == ("one", "0", 3)
    assert (two.name, two.key, two.size_t) == ("two", "1", 2)
    assert two.pixel_type is PixelType.UINT8
    assert np.array_equal(plane(source, z=2)[0], first[2])
    assert np.array_equal(plane(source, t=1, image=1)[0], second[1])


def test_the_pages_speak_when_the_xml_errs(tmp_path):
    wrong = SIZES.replace('SizeX="30"', 'SizeX="33"').replace("uint16", "uint8")
    xml = ome_xml(wrong, "<TiffData/>", attributes='DimensionOrder="XYZCT"')
    write_pages(tmp_path / "a.ome.tif", list(STACK.reshape(6, 20, 30)), xml)
    source = open_tiff(tmp_path / "a.ome.tif")
    info = source.fileset.images[0]
    assert (info.width, info.pixel_type) == (30, PixelType.UINT16)
    assert len(source.fileset.warnings) == 2
    assert np.array_equal(plane(source, 1, 1)[0], STACK[1, 1])


def test_a_page_unlike_the_others_is_named(tmp_path):
    pages = [STACK[0, 0], STACK[0, 1, :10], *STACK[1], *STACK[2]]
    xml = ome_xml(SIZES, "<TiffData/>", attributes='DimensionOrder="XYZCT"')
    write_pages(tmp_path / "a.ome.tif", pages, xml)
    source = open_tiff(tmp_path / "a.ome.tif")
    with pytest.raises(CorruptFileError, match="Page 1 is 30 x 10"):
        plane(source, 1, 0)
    assert np.array_equal(plane(source, 0, 1)[0], STACK[1, 0])


def test_broken_xml_is_named(tmp_path):
    write_pages(tmp_path / "a.ome.tif", list(STACK[0]), "<OME><Image></OME>")
    with pytest.raises(CorruptFileError, match=r"a\.ome\.tif"):
        open_tiff(tmp_path / "a.ome.tif")


def test_palettes_are_not_applied_to_measurements(tmp_path):
    pixels = noise((8, 9), "uint8")
    xml = ome_xml(
        'SizeX="9" SizeY="8" SizeZ="1" SizeC="1" SizeT="1" Type="uint8"',
        "<TiffData/>",
        attributes='DimensionOrder="XYZCT"',
    )
    tifffile.imwrite(
        tmp_path / "a.ome.tif",
        pixels,
        photometric="palette",
        colormap=noise((3, 256), "uint16"),
        description=xml,
        metadata=None,
    )
    source = open_tiff(tmp_path / "a.ome.tif")
    assert np.array_equal(plane(source)[0], pixels)


def test_many_members_at_once(tmp_path):
    """More files than handles are kept, from several threads."""
    pages = noise((40, 16, 16), "uint8")
    data = "".join(
        f'<TiffData FirstT="{t}" IFD="0"><UUID FileName="{t}.tif"/></TiffData>'
        for t in range(40)
    )
    xml = ome_xml(
        'SizeX="16" SizeY="16" SizeZ="1" SizeC="1" SizeT="40" Type="uint8"',
        data,
        attributes='DimensionOrder="XYZCT"',
    )
    for t in range(40):
        write_pages(tmp_path / f"{t}.tif", [pages[t]])
    (tmp_path / "a.companion.ome").write_text(xml)
    source = open_tiff(tmp_path / "a.companion.ome")
    wrong = []

    def work(start):
        for i in range(80):
            t = (start + 7 * i) % 40
            read = source.read(0, 0, 0, t, [0], Window(2, 3, 16, 9))
            if not np.array_equal(read[0], pages[t, 3:9, 2:16]):
                wrong.append(t)

    threads = [threading.Thread(target=work, args=(n * 5,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    source.close()
