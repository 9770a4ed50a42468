"""The real TIFF files that lie beside the project, against tifffile and others.

The shapes stand here by hand, as the files' list gives them.
"""

import io

import numpy as np
import PIL.Image
import pytest
import tifffile
from tests.pixels.tiff_files import open_tiff

from graticule.pixels.model import Window
from graticule.pixels.tiff.reader import TiffReader

pytestmark = pytest.mark.shared_data

# file: (format, (t, z, c, height, width), type, axes as tifffile names them)
FILES = {
    "fluorescence/mitosis_5d.ome.tif": (
        "OME-TIFF",
        (3, 5, 2, 170, 240),
        "uint16",
        "TCZYX",
    ),
    "fluorescence/cerebellum_about1.ome.tif": (
        "OME-TIFF",
        (1, 1, 3, 929, 1000),
        "uint8",
        "CYX",
    ),
    "fluorescence/hela-cells.tif": (
        "ImageJ TIFF",
        (1, 1, 3, 512, 672),
        "uint16",
        "YXC",
    ),
    "fluorescence/bpae_3ch.ome.tif": (
        "OME-TIFF",
        (1, 1, 3, 680, 1100),
        "uint16",
        "CYX",
    ),
    "fluorescence/cell_dna_mts_actin.tif": (
        "ImageJ TIFF",
        (1, 1, 3, 350, 350),
        "uint16",
        "CYX",
    ),
    "stacks/dna_confocal_widefield_zc.tif": (
        "ImageJ TIFF",
        (1, 45, 2, 130, 133),
        "uint16",
        "ZCYX",
    ),
    "stacks/pollen_z.tif": ("TIFF", (1, 32, 1, 256, 256), "uint16", "ZYX"),
    "stacks/golgi_t_float32.tif": ("ImageJ TIFF", (30, 1, 1, 137, 147), "float", "TYX"),
    "stacks/cancer_cell_migration_t.tif": (
        "TIFF",
        (1, 48, 1, 130, 130),
        "uint16",
        "ZYX",
    ),
    "stacks/drosophila_series/DrosophilaEmbryo_GFPHistone_0001.tif": (
        "TIFF",
        (1, 1, 3, 264, 542),
        "uint8",
        "YXC",
    ),
    "wholeslide/tcga-cr-7395-01a-01-ts1.svs": (
        "Aperio SVS",
        (1, 1, 3, 3567, 4443),
        "uint8",
        "YXC",
    ),
    "wholeslide/tcga_subifd.ome.tif": (
        "OME-TIFF",
        (1, 1, 3, 3567, 4443),
        "uint8",
        "YXC",
    ),
    "wholeslide/2048x2048_ome6_tiled.ome.tif": (
        "OME-TIFF",
        (1, 1, 3, 2048, 2048),
        "uint16",
        "CYX",
    ),
    "ome-tiff/multi-channel.ome.tif": ("OME-TIFF", (1, 1, 3, 167, 439), "int8", "CYX"),
    "ome-tiff/test_pyramid.ome.tif": ("OME-TIFF", (1, 1, 1, 16, 16), "uint8", "YX"),
    "plates/raw/Channel1-01-A-01.tif": ("TIFF", (1, 1, 1, 640, 640), "uint8", "YX"),
    "plates/raw/Channel2-01-A-01.tif": ("TIFF", (1, 1, 1, 640, 640), "uint8", "YX"),
    "rois/nuclei.tif": ("TIFF", (1, 1, 1, 512, 512), "uint16", "YX"),
    "rois/nuclei_labels.tif": ("TIFF", (1, 1, 1, 512, 512), "uint16", "YX"),
    "rois/nuclei_rois.ome.tif": ("OME-TIFF", (1, 1, 1, 512, 512), "uint16", "YX"),
    "ome-xml/transfer/root_0/2023-12/18/14-52-03.548/combined_result.tiff": (
        "ImageJ TIFF",
        (1, 1, 1, 1024, 1024),
        "uint16",
        "YX",
    ),
    "pixel-types/int8.tif": ("TIFF", (1, 1, 1, 64, 64), "int8", "YX"),
    "pixel-types/int16.tif": ("TIFF", (1, 1, 1, 64, 64), "int16", "YX"),
    "pixel-types/int16_rgb.tif": ("TIFF", (1, 1, 3, 64, 64), "int16", "YXC"),
    "pixel-types/gradient-1c-32b.tiff": ("TIFF", (1, 1, 1, 1, 256), "uint32", "YX"),
    "pixel-types/gradient-1c-32b-float.tiff": (
        "TIFF",
        (1, 1, 1, 1, 256),
        "float",
        "YX",
    ),
    "pixel-types/gradient-1c-64b-float.tiff": (
        "TIFF",
        (1, 1, 1, 1, 256),
        "double",
        "YX",
    ),
    "pixel-types/seq-1c-i32-99fddec2.tiff": ("TIFF", (1, 1, 1, 16, 16), "int32", "YX"),
    "pixel-types/minisblack-1c-16b.tiff": ("TIFF", (1, 1, 1, 151, 157), "uint16", "YX"),
    "pixel-types/rgb-3c-16b.tiff": ("TIFF", (1, 1, 3, 151, 157), "uint16", "YXC"),
    "pixel-types/12bit.cropped.tiff": ("TIFF", (1, 1, 1, 64, 64), "uint16", "YX"),
    **{
        f"pixel-types/ome/nucleus_{kind}.ome.tif": (
            "OME-TIFF",
            (1, 1, 1, 128, 128),
            kind,
            "YX",
        )
        for kind in (
            "int8",
            "uint8",
            "int16",
            "uint16",
            "int32",
            "uint32",
            "float",
            "double",
        )
    },
}


def in_order(array, axes):
    """An array of named axes as T, Z, C, Y, X."""
    missing = [letter for letter in "TZCYX" if letter not in axes]
    full = array.reshape(*(1 for _ in missing), *array.shape)
    letters = "".join(missing) + axes
    return full.transpose([letters.index(letter) for letter in "TZCYX"])


@pytest.mark.parametrize("name", FILES)
def test_every_pixel(shared_data, name):
    kind, (size_t, size_z, size_c, height, width), pixel_type, axes = FILES[name]
    path = shared_data / name
    source = open_tiff(path)
    info = source.fileset.images[0]
    assert source.fileset.format == kind
    assert (info.size_t, info.size_z, info.size_c) == (size_t, size_z, size_c)
    assert (info.height, info.width, info.pixel_type.value) == (
        height,
        width,
        pixel_type,
    )
    # Plain pictures, and slides: stains keep their colours.
    in_its_own_colours = kind == "TIFF" or name.startswith("wholeslide/tcga")
    assert info.graphics == (in_its_own_colours and pixel_type == "uint8")
    expected = in_order(tifffile.imread(path, series=0, level=0), axes)
    window = Window(0, 0, width, min(height, 700))
    for t in range(size_t):
        for z in range(size_z):
            read = source.read(0, 0, z, t, range(size_c), window)
            assert np.array_equal(read, expected[t, z, :, :700])
    source.close()


@pytest.mark.parametrize(
    ("name", "sizes"),
    {
        "wholeslide/tcga-cr-7395-01a-01-ts1.svs": [(4443, 3567), (2221, 1783)],
        "wholeslide/tcga_subifd.ome.tif": [
            (4443, 3567),
            (2221, 1783),
            (1110, 891),
            (555, 445),
            (277, 222),
        ],
        "wholeslide/yb10kx5k.zstd.tiff": [
            (10000, 5000),
            (5000, 2500),
            (2500, 1250),
            (1250, 625),
            (625, 312),
        ],
        "wholeslide/2048x2048_ome6_tiled.ome.tif": [(2048, 2048), (1024, 1024)],
        "ome-tiff/test_pyramid.ome.tif": [(16, 16), (8, 8), (4, 4)],
    }.items(),
)
def test_levels(shared_data, name, sizes):
    path = shared_data / name
    source = open_tiff(path)
    info = source.fileset.images[0]
    assert [(lv.width, lv.height) for lv in info.levels] == sizes
    with tifffile.TiffFile(path) as tif:
        for number, level in list(enumerate(info.levels))[1:]:
            expected = tif.series[0].levels[number].asarray()
            if expected.ndim == 3 and expected.shape[-1] == 3:
                expected = np.moveaxis(expected, 2, 0)
            x0, y0 = level.width // 3, level.height // 3
            window = Window(x0, y0, min(x0 + 300, level.width), level.height)
            read = source.read(0, number, 0, 0, range(info.size_c), window)
            cut = expected[..., y0:, x0 : window.x1]
            assert np.array_equal(read, cut.reshape(read.shape))


def test_the_slide_as_another_decoder_sees_it(shared_data):
    """JPEG 2000 tiles of the SVS against Pillow's own decoder."""
    path = shared_data / "wholeslide/tcga-cr-7395-01a-01-ts1.svs"
    source = open_tiff(path)
    assert [i.name for i in source.fileset.images] == [
        path.name,
        f"{path.name} [Thumbnail]",
    ]
    with tifffile.TiffFile(path) as tif:
        page = tif.pages[0]
        index = 5 * 18 + 7
        data = path.read_bytes()[page.dataoffsets[index] :][
            : page.databytecounts[index]
        ]
    shown = np.moveaxis(np.asarray(PIL.Image.open(io.BytesIO(data))), 2, 0)
    read = source.read(
        0, 0, 0, 0, [0, 1, 2], Window(7 * 256, 5 * 256, 8 * 256, 6 * 256)
    )
    assert np.abs(read.astype(int) - shown).max() <= 1


def test_jpeg_tiles_are_passed_on(shared_data):
    source = open_tiff(shared_data / "wholeslide/tcga_subifd.ome.tif")
    for level in range(3):
        window = Window(256, 256, 512, 512)
        tile = source.stored_tile(0, level, 0, 0, window)
        with PIL.Image.open(io.BytesIO(tile.data)) as picture:
            shown = np.moveaxis(np.asarray(picture.convert("RGB")), 2, 0)
        read = source.read(0, level, 0, 0, [0, 1, 2], window)
        assert np.abs(read.astype(int) - shown).mean() < 1
    last = source.fileset.images[0].levels[0]
    edge = Window(17 * 256, 0, last.width, 256)
    assert source.stored_tile(0, 0, 0, 0, edge) is None


def test_the_plate(shared_data):
    source = open_tiff(shared_data / "plates/bbbc013_spw.ome.tif")
    fileset = source.fileset
    assert len(fileset.images) == 6
    samples = {
        sample.image_key
        for well in fileset.metadata.plates[0].wells
        for sample in well.samples
    }
    assert samples == {info.key for info in fileset.images}
    with tifffile.TiffFile(shared_data / "plates/bbbc013_spw.ome.tif") as tif:
        for number, series in enumerate(tif.series):
            read = source.read(number, 0, 0, 0, [0, 1], Window(0, 0, 640, 640))
            assert np.array_equal(read, series.asarray())


@pytest.mark.parametrize(
    "member",
    [*(f"multifile-Z{z}.ome.tiff" for z in range(1, 6)), "multifile.companion.ome"],
)
def test_the_set_of_files(shared_data, member):
    folder = shared_data / "ome-tiff/multifile"
    path = folder / member
    assert TiffReader().probe(path, path.read_bytes()[:1024])
    source = open_tiff(path)
    info = source.fileset.images[0]
    assert (info.name, info.size_z, info.width, info.height) == ("multifile", 5, 18, 24)
    assert source.fileset.files[0].path == path
    assert {f.path for f in source.fileset.files} == set(folder.iterdir())
    for z in range(5):
        file = folder / f"multifile-Z{z + 1}.ome.tiff"
        with tifffile.TiffFile(file) as tif:
            expected = tif.pages[0].asarray()
        read = source.read(0, 0, z, 0, [0], Window(0, 0, 18, 24))
        assert np.array_equal(read[0], expected)


def test_palette_and_bilevel_as_pillow_shows_them(shared_data):
    for name, channels in (("palette-1c-8b", 3), ("miniswhite-1c-1b", 1)):
        path = shared_data / f"pixel-types/{name}.tiff"
        source = open_tiff(path)
        read = source.read(0, 0, 0, 0, range(channels), Window(0, 0, 157, 151))
        with PIL.Image.open(path) as picture:
            shown = np.asarray(picture.convert("RGB" if channels == 3 else "1"))
        shown = shown.reshape(151, 157, channels)
        assert np.array_equal(np.moveaxis(read, 0, 2), shown.astype("uint8"))


def test_calibrations(shared_data):
    def first(name):
        return open_tiff(shared_data / name).fileset.images[0]

    golgi = first("stacks/golgi_t_float32.tif")
    assert golgi.time_increment is not None
    assert golgi.time_increment.total_seconds() == 59.86
    assert golgi.pixel_width_um == pytest.approx(0.3514, abs=1e-4)
    hela = first("fluorescence/hela-cells.tif")
    assert hela.pixel_width_um == pytest.approx(0.05149, abs=1e-5)
    assert [c.window for c in hela.channels] == [(165.0, 2832.0)] * 3
    stack = first("stacks/dna_confocal_widefield_zc.tif")
    assert stack.pixel_depth_um == pytest.approx(0.4994, abs=1e-4)
    assert [c.color for c in stack.channels] == [(255, 0, 255, 255), (0, 255, 0, 255)]
    assert first("pixel-types/12bit.cropped.tiff").significant_bits == 12
    mitosis = first("fluorescence/mitosis_5d.ome.tif")
    assert (mitosis.pixel_depth_um, mitosis.size_t) == (0.32, 3)
