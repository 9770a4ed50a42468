"""Every real file is opened as its own library opens it, or refused as said."""

from fnmatch import fnmatch
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from tests.pixels import independent

from graticule.errors import CorruptFileError, UnsupportedFileError
from graticule.pixels.cache import ChunkCache
from graticule.pixels.model import PixelType, Window
from graticule.pixels.reader import ReadContext, ReadLimits
from graticule.pixels.registry import open_source

pytestmark = pytest.mark.shared_data

# What is no image, and what is said about it.
NOT_IMAGES = {
    "README.md": "No reader takes",
    "SHA256SUMS": "No reader takes",
    "luts/*.lut": "No reader takes",
    "tables/*": "No reader takes",
    "plates/raw/*.csv": "No reader takes",
    "rois/measure_shapes_rois.zip": "No reader takes",
    "rois/nuclei_rois.ome.xml": "holds none itself",
    "ome-xml/transfer/transfer.xml": "No reader takes",
    "ome-xml/hcs.ome.xml": "no pixels",
    "ome-xml/MMStack.ome.xml": "lie in other files",
}
# An image whose pixels are not all there, as tested below.
TOO_SHORT = "ome-xml/minimum-specification.ome.xml"
SHARED = Path(__file__).parents[3] / "shared" / "data"
WHOLE_PIXELS = 1 << 20


def entries(folder):
    """Files, and folders that are one image; what lies in those is theirs."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".zarr":
            yield path
        elif path.is_dir():
            yield from entries(path)
        else:
            yield path


def refusal(path):
    name = path.relative_to(SHARED).as_posix()
    return next((said for one, said in NOT_IMAGES.items() if fnmatch(name, one)), None)


ENTRIES = list(entries(SHARED)) if SHARED.is_dir() else []
IMAGES = [
    path for path in ENTRIES if refusal(path) is None and path != SHARED / TOO_SHORT
]
OTHERS = [path for path in ENTRIES if refusal(path) is not None]


def named(path):
    return path.relative_to(SHARED).as_posix()


@pytest.fixture
def opened(shared_data, request):
    context = ReadContext(ReadLimits(), ChunkCache(1 << 26))
    source = open_source(request.param, context)
    yield source
    source.close()


def references(source):
    """Each image beside its levels as another library reads them."""
    path, images = source.fileset.entry, source.fileset.images
    if path.suffix == ".zarr":
        found = independent.zarr_images(path, [info.key for info in images])
    elif path.suffix == ".fits":
        found = independent.fits_images(path)
    elif path.suffix in {".png", ".jpg"}:
        found = independent.pictures(path)
    elif path.name.endswith(".ome.xml"):
        found = independent.xml_images(path)
    else:
        found = independent.tiff_images(path)
    if path.suffix == ".svs":
        # Which of the small pictures beside a slide are shown is the reader's
        # affair; what is shown is one of them.
        shapes = {levels[0].shape: levels for levels in found}
        found = [shapes[(1, 1, 3, info.height, info.width)] for info in images]
    assert len(found) == len(images)
    return list(zip(images, found, strict=True))


def places(level):
    """The whole plane, or three windows of a large one."""
    if level.width * level.height <= WHOLE_PIXELS:
        return [level.whole]
    w, h = min(200, level.width), min(200, level.height)
    x, y = (level.width - w) // 2, (level.height - h) // 2
    return [
        Window(0, 0, w, h),
        Window(x, y, x + w, y + h),
        Window(level.width - w, level.height - h, level.width, level.height),
    ]


def thirds(size):
    return sorted({0, size // 2, size - 1})


@pytest.mark.parametrize("opened", IMAGES, ids=named, indirect=True)
def test_as_its_own_library_reads_it(opened):
    for index, (info, levels) in enumerate(references(opened)):
        sizes = (info.size_t, info.size_z, info.size_c, info.height, info.width)
        assert sizes == levels[0].shape
        # 1-bit pictures are bool in other libraries, bytes of 0 and 1 here.
        assert info.pixel_type is PixelType.of(levels[0].array.dtype)
        for number, (level, reference) in enumerate(
            zip(info.levels, levels, strict=True)
        ):
            assert (level.height, level.width) == reference.shape[3:]
            compare(opened, index, number, reference)


def compare(source, index, number, reference):
    """Compare the first, middle and last planes of a level."""
    info = source.fileset.images[index]
    for t in thirds(info.size_t):
        for z in thirds(info.size_z):
            for place in places(info.levels[number]):
                read = source.read(index, number, z, t, range(info.size_c), place)
                window = (place.x0, place.y0, place.x1, place.y1)
                expected = reference.plane(t, Fraction(z, info.size_z), *window)
                np.testing.assert_array_equal(read, expected)


def test_pixels_that_are_missing_are_said_to_be(shared_data):
    """The sample document has 7 bytes of pixels where it needs 32."""
    path = shared_data / TOO_SHORT
    source = open_source(path, ReadContext(ReadLimits(), ChunkCache(0)))
    (info,) = source.fileset.images
    sizes = (info.size_t, info.size_z, info.size_c, info.height, info.width)
    assert sizes == (2, 2, 2, 2, 2)
    assert info.pixel_type is PixelType.INT8
    first = source.read(0, 0, 0, 0, [0], info.levels[0].whole)
    assert first.tobytes() == b"defa"  # the text is base64 of "default"
    with pytest.raises(CorruptFileError, match="minimum-specification"):
        source.read(0, 0, 1, 0, [0], info.levels[0].whole)
    source.close()


@pytest.mark.parametrize("path", OTHERS, ids=named)
def test_what_is_no_image_is_refused_by_name(shared_data, path):
    context = ReadContext(ReadLimits(), ChunkCache(0))
    with pytest.raises(UnsupportedFileError, match=refusal(path)) as caught:
        open_source(path, context)
    assert caught.value.path == str(path)


def test_nothing_is_left_out(shared_data):
    assert len(IMAGES) + len(OTHERS) + 1 == len(ENTRIES) > 100
    inside = [p for p in shared_data.rglob("*") if p.is_file()]
    assert all(
        any(file == entry or file.is_relative_to(entry) for entry in ENTRIES)
        for file in inside
    )
    unused = [
        one
        for one in NOT_IMAGES
        if not any(fnmatch(named(path), one) for path in OTHERS)
    ]
    assert unused == []
