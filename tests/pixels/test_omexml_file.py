"""Files whose pixels are BinData, decoded here a second time by hand."""

import base64
import bz2
import itertools
import re
import zlib
from pathlib import Path

import numpy as np
import pytest

from graticule.errors import (
    CorruptFileError,
    FileError,
    LimitError,
    MissingFileError,
    OutOfRangeError,
    UnsupportedFileError,
)
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import PixelType, Window
from graticule.pixels.omexml.file import OmeXmlReader
from graticule.pixels.reader import ReadContext, Reader, ReadLimits, Source

ORDERS = ["XY" + "".join(rest) for rest in itertools.permutations("ZCT")]
PACKERS = {"none": bytes, "zlib": zlib.compress, "bzip2": bz2.compress}


def context(**limits):
    return ReadContext(ReadLimits(**limits), ChunkCache(1 << 22))


def block(data: bytes, compression="none", **attributes):
    text = base64.b64encode(PACKERS[compression](data)).decode()
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<BinData Compression="{compression}"{said}>{text}</BinData>'


def write(folder: Path, blocks, channels="", name="a.ome.xml", **pixels) -> Path:
    sizes = {f"Size{a}": 1 for a in "XYZCT"} | {"Type": "uint8"}
    said = {"DimensionOrder": "XYCZT"} | sizes | pixels
    text = " ".join(f'{key}="{value}"' for key, value in said.items())
    path = folder / name
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        f'<Image ID="Image:0"><Pixels {text}>{channels}{"".join(blocks)}</Pixels>'
        "</Image></OME>",
        encoding="utf-8",
    )
    return path


def opened(path, **limits):
    return OmeXmlReader().open(path, context(**limits))


def everything(source, image=0):
    """All pixels, shape ``(t, c, z, y, x)``."""
    info = source.fileset.images[image]
    whole = info.levels[0].whole
    return np.stack(
        [
            np.stack(
                [
                    source.read(image, 0, z, t, range(info.size_c), whole)
                    for z in range(info.size_z)
                ],
                axis=1,
            )
            for t in range(info.size_t)
        ]
    )


def counted(dtype, *shape):
    """Pixels that are all different, as far as the type allows."""
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def test_it_works(tmp_path):
    pixels = counted("u2", 3, 4)
    path = write(
        tmp_path,
        [block(pixels.astype(">u2").tobytes(), BigEndian="true")],
        Type="uint16",
        SizeX=4,
        SizeY=3,
    )
    reader = OmeXmlReader()
    assert isinstance(reader, Reader)
    assert reader.probe(path, path.read_bytes()[:1024])
    source = reader.open(path, context())
    assert isinstance(source, Source)
    (info,) = source.fileset.images
    assert (source.fileset.format, source.fileset.warnings) == ("OME-XML", ())
    assert (info.key, info.name) == ("0", "a.ome.xml")
    assert len(info.levels) == 1
    got = source.read(0, 0, 0, 0, [0], Window(1, 0, 3, 2))
    assert got.dtype == np.dtype("u2")
    np.testing.assert_array_equal(got[0], pixels[0:2, 1:3])
    assert source.stored_tile(0, 0, 0, 0, info.levels[0].whole) is None
    (file,) = source.fileset.files
    assert (file.path, file.size_bytes) == (path, path.stat().st_size)
    source.close()


@pytest.mark.parametrize("name", ["a.ome", "a.OME.XML", "x.y.ome"])
def test_what_it_takes(name):
    assert OmeXmlReader().probe(Path(name), b"<?xml")


@pytest.mark.parametrize("name", ["a.companion.ome", "a.xml", "a.ome.tif", "ome"])
def test_what_it_leaves_to_others(name):
    assert not OmeXmlReader().probe(Path(name), b"<?xml")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("together", [False, True])
def test_orders_of_planes(tmp_path, order, together):
    sizes = {"Z": 2, "C": 3, "T": 4}
    pixels = counted("u1", 4, 3, 2, 2, 3)
    first, second, third = order[2:]
    planes = []
    for k, j, i in itertools.product(
        range(sizes[third]), range(sizes[second]), range(sizes[first])
    ):
        at = {first: i, second: j, third: k}
        planes.append(pixels[at["T"], at["C"], at["Z"]].tobytes())
    blocks = [block(b"".join(planes))] if together else [block(p) for p in planes]
    path = write(
        tmp_path,
        blocks,
        DimensionOrder=order,
        SizeX=3,
        SizeY=2,
        SizeZ=2,
        SizeC=3,
        SizeT=4,
    )
    np.testing.assert_array_equal(everything(opened(path)), pixels)


@pytest.mark.parametrize("compression", sorted(PACKERS))
@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("kind", [k for k in PixelType if k is not PixelType.BIT])
def test_types(tmp_path, kind, big_endian, compression):
    pixels = (counted("f8", 5, 7) - 10).astype(kind.dtype)
    data = pixels.astype(kind.dtype.newbyteorder(">" if big_endian else "<")).tobytes()
    made = block(data, compression, BigEndian=str(big_endian).lower(), Length=3)
    path = write(tmp_path, [made], Type=kind.value, SizeX=7, SizeY=5)
    got = everything(opened(path))[0, 0, 0]
    assert got.dtype == kind.dtype
    np.testing.assert_array_equal(got, pixels)


def test_bits_are_packed_without_padding(tmp_path):
    pixels = np.random.default_rng(3).integers(0, 2, (2, 5, 7), "u1")
    blocks = []
    for plane in pixels:
        text = "".join(str(bit) for bit in plane.ravel()).ljust(40, "0")
        blocks.append(block(int(text, 2).to_bytes(5, "big")))
    path = write(tmp_path, blocks, Type="bit", SizeX=7, SizeY=5, SizeZ=2)
    np.testing.assert_array_equal(everything(opened(path))[0, 0], pixels)


@pytest.mark.parametrize("interleaved", [False, True])
def test_colour_in_one_block(tmp_path, interleaved):
    pixels = counted("u2", 2, 3, 4, 5)
    stored = pixels.transpose(0, 2, 3, 1) if interleaved else pixels
    path = write(
        tmp_path,
        [block(plane.astype("<u2").tobytes(), BigEndian="false") for plane in stored],
        channels='<Channel SamplesPerPixel="3"/>',
        Type="uint16",
        SizeX=5,
        SizeY=4,
        SizeC=3,
        SizeZ=2,
        Interleaved=str(interleaved).lower(),
    )
    got = everything(opened(path))[0]
    np.testing.assert_array_equal(got, pixels.transpose(1, 0, 2, 3))


def test_planes_are_decoded_when_asked_for_and_once(tmp_path):
    blocks = [block(bytes([i] * 4)) for i in range(3)] + [block(b"?")]
    path = write(tmp_path, blocks, SizeX=2, SizeY=2, SizeZ=4)
    chunks = ChunkCache(1 << 20)
    source = OmeXmlReader().open(path, ReadContext(ReadLimits(), chunks))
    assert chunks.misses == 0
    for x in (0, 1):
        got = source.read(0, 0, 2, 0, [0], Window(x, 0, x + 1, 2))
        assert (got == 2).all()
    assert (chunks.misses, chunks.hits) == (1, 1)
    with pytest.raises(CorruptFileError, match="1 bytes, 4 are needed"):
        source.read(0, 0, 3, 0, [0], Window(0, 0, 1, 1))


def test_planes_without_a_block(tmp_path):
    path = write(tmp_path, [block(b"ab")] * 2, SizeX=2, SizeZ=3)
    source = opened(path)
    assert any("2 of its 3 planes" in warning for warning in source.fileset.warnings)
    source.read(0, 0, 1, 0, [0], Window(0, 0, 2, 1))
    with pytest.raises(CorruptFileError, match="only 2 blocks"):
        source.read(0, 0, 2, 0, [0], Window(0, 0, 2, 1))


@pytest.mark.parametrize(
    ("text", "compression"),
    [("////a", "none"), ("////", "zlib"), ("////", "bzip2")],
)
def test_broken_blocks(tmp_path, text, compression):
    broken = f'<BinData Compression="{compression}">{text}</BinData>'
    source = opened(write(tmp_path, [broken]))
    with pytest.raises(CorruptFileError, match="BinData 0 of Image:0 is not"):
        source.read(0, 0, 0, 0, [0], Window(0, 0, 1, 1))


def test_nothing_is_inflated_beyond_the_plane(tmp_path):
    bomb = block(b"\7" * 20_000_000, "zlib")
    source = opened(write(tmp_path, [bomb], SizeX=3))
    np.testing.assert_array_equal(everything(source), np.full((1, 1, 1, 1, 3), 7))


@pytest.mark.parametrize(
    ("inside", "cause"),
    [
        ("", "no BinData"),
        ("<MetadataOnly/>", "no BinData"),
        ('<BinData Length="0"/>', "no BinData"),
        ("<TiffData/>", "TIFF"),
        ('<TiffData><UUID FileName="b.tif">u</UUID></TiffData>', "b.tif"),
        ('<BinData Compression="J2K">AA==</BinData>', "j2k"),
    ],
)
def test_files_without_pixels_say_where_they_are(tmp_path, inside, cause):
    with pytest.raises(UnsupportedFileError, match=cause):
        opened(write(tmp_path, [inside]))


def test_pointers(tmp_path):
    path = tmp_path / "a.ome"
    path.write_text('<OME><BinaryOnly MetadataFile="b.companion.ome"/></OME>')
    with pytest.raises(UnsupportedFileError, match=r"b\.companion\.ome"):
        opened(path)
    path.write_text("<OME/>")
    with pytest.raises(UnsupportedFileError, match="no image"):
        opened(path)
    path.write_text("gibberish")
    with pytest.raises(CorruptFileError):
        opened(path)


@pytest.mark.parametrize(
    ("pixels", "limits", "name"),
    [
        ({"SizeX": 1 << 25}, {}, "max_axis_pixels"),
        ({"SizeY": 1 << 25}, {}, "max_axis_pixels"),
        ({"SizeT": 1 << 23}, {}, "max_planes"),
        ({"SizeX": 1 << 20, "SizeY": 1 << 20}, {}, "max_chunk_bytes"),
        ({"SizeX": 1 << 10, "SizeZ": 1 << 21}, {}, "max_chunk_bytes"),
        ({}, {"max_read_bytes": 100}, "max_read_bytes"),
    ],
)
def test_limits(tmp_path, pixels, limits, name):
    path = write(tmp_path, [block(b"a")], **pixels)
    with pytest.raises(LimitError) as caught:
        opened(path, **limits)
    assert caught.value.limit == name


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(MissingFileError):
        opened(tmp_path / "a.ome")
    with pytest.raises(FileError):
        opened(tmp_path)


@pytest.mark.parametrize("image", [-1, 1])
def test_other_images_are_not_there(tmp_path, image):
    source = opened(write(tmp_path, [block(b"a")]))
    with pytest.raises(OutOfRangeError):
        source.read(image, 0, 0, 0, [0], Window(0, 0, 1, 1))


REAL = {
    # Planes per image by number of BinData, in the order of the file.
    "folders-simple-taxonomy": 3,
    "instrument-units-alternate": 1,
    "mapannotation": 1,
    "multi-channel-z-series-time-series": 50,
    "one-screen-one-plate-four-wells": 11,
    "tagannotation": 1,
    "transformations-upgrade": 3,
}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", REAL)
def test_real_files(shared_data, name):
    """All of them are uint8 without compression; decode them with a regex."""
    path = shared_data / "ome-xml" / f"{name}.ome.xml"
    texts = re.findall(r"<BinData[^>]*>([^<]+)</BinData>", path.read_text())
    assert len(texts) == REAL[name]
    decoded = iter(base64.b64decode(text) for text in texts)
    source = opened(path)
    for index, info in enumerate(source.fileset.images):
        got = everything(source, index)
        axes = {"XYCZT": (0, 2, 1), "XYZCT": (0, 1, 2)}[info.dimension_order]
        # From (t, c, z) to the order of the file, slowest first.
        ordered = got.transpose(*axes, 3, 4).reshape(-1, info.height, info.width)
        for plane in ordered:
            expected = np.frombuffer(next(decoded), "u1")
            np.testing.assert_array_equal(plane.ravel(), expected)
    assert next(decoded, None) is None


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "name",
    ["ome-xml/MMStack.ome.xml", "ome-xml/hcs.ome.xml", "rois/nuclei_rois.ome.xml"],
)
def test_real_files_without_pixels(shared_data, name):
    with pytest.raises(UnsupportedFileError):
        opened(shared_data / name)


@pytest.mark.shared_data
def test_a_real_file_that_is_too_short(shared_data):
    source = opened(shared_data / "ome-xml" / "minimum-specification.ome.xml")
    with pytest.raises(CorruptFileError):
        source.read(0, 0, 1, 1, [1], Window(0, 0, 2, 2))
