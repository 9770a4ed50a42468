"""Regions of interest written by hand, in the manner of every schema."""

import base64
import bz2
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graticule.pixels.annotations import ShapeKind
from graticule.pixels.omexml.document import parse_ome

HERE = Path("some.ome.xml")
PIXELS = (
    '<Pixels DimensionOrder="XYCZT" Type="uint8" SizeX="1" SizeY="1" SizeZ="1" '
    'SizeC="1" SizeT="1"/>'
)
IMAGE = f'<Image ID="Image:0">{PIXELS}<ROIRef ID="ROI:0"/></Image>'


def parse(shapes: str, roi: str = ""):
    rois = f'<ROI ID="ROI:0" {roi}><Union>{shapes}</Union></ROI>'
    return parse_ome(f"<OME>{IMAGE}{rois}</OME>", HERE)


def shape_of(text: str):
    found = parse(text)
    assert found.warnings == ()
    (roi,) = found.metadata.rois["0"]
    (shape,) = roi.shapes
    return shape


def test_it_works():
    found = parse(
        """<Rectangle ID="Shape:0" X="1" Y="2.5" Width="3" Height="4" TheZ="5" TheC="6"
        TheT="7" Text="a &lt; b" FillColor="-16776961" StrokeColor="65535"
        StrokeWidth="1.5" FontSize="12" FontFamily="serif" FontStyle="Bold"
        Locked="true"/><Point X="8" Y="9"/>""",
        roi='Name="cell"',
    )
    (roi,) = found.metadata.rois["0"]
    assert (roi.key, roi.name, roi.description) == ("ROI:0", "cell", None)
    rectangle, point = roi.shapes
    assert rectangle.kind is ShapeKind.RECTANGLE
    assert rectangle.geometry == {"x": 1.0, "y": 2.5, "width": 3.0, "height": 4.0}
    assert (rectangle.z, rectangle.c, rectangle.t) == (5, 6, 7)
    assert rectangle.text == "a < b"
    assert (rectangle.fill_color, rectangle.stroke_color) == (-16776961, 65535)
    assert rectangle.stroke_width == 1.5
    assert (rectangle.font_size, rectangle.font_family) == (12.0, "serif")
    assert (rectangle.font_style, rectangle.locked) == ("Bold", True)
    assert point.geometry == {"x": 8.0, "y": 9.0}
    assert (point.z, point.c, point.t, point.locked) == (None, None, None, None)
    assert point.fill_color is None


@pytest.mark.parametrize(
    ("text", "kind", "geometry"),
    [
        ('<Point X="1" Y="2"/>', ShapeKind.POINT, {"x": 1, "y": 2}),
        ('<Label X="1" Y="2" Text="t"/>', ShapeKind.LABEL, {"x": 1, "y": 2}),
        (
            '<Line X1="1" Y1="2" X2="3" Y2="4"/>',
            ShapeKind.LINE,
            {"x1": 1, "y1": 2, "x2": 3, "y2": 4},
        ),
        (
            '<Ellipse X="1" Y="2" RadiusX="3" RadiusY="4"/>',
            ShapeKind.ELLIPSE,
            {"x": 1, "y": 2, "radius_x": 3, "radius_y": 4},
        ),
        # 2008-09 to 2010-06: a Shape around it, SVG's names.
        (
            '<Shape><Rect x="1" y="2" width="3" height="4"/></Shape>',
            ShapeKind.RECTANGLE,
            {"x": 1, "y": 2, "width": 3, "height": 4},
        ),
        (
            '<Shape><Circle cx="1" cy="2" r="3"/></Shape>',
            ShapeKind.ELLIPSE,
            {"x": 1, "y": 2, "radius_x": 3, "radius_y": 3},
        ),
        (
            '<Shape><Ellipse cx="1" cy="2" rx="3" ry="4"/></Shape>',
            ShapeKind.ELLIPSE,
            {"x": 1, "y": 2, "radius_x": 3, "radius_y": 4},
        ),
        ('<Shape><Point cx="1" cy="2"/></Shape>', ShapeKind.POINT, {"x": 1, "y": 2}),
    ],
)
def test_geometry(text, kind, geometry):
    shape = shape_of(text)
    assert shape.kind is kind
    assert shape.geometry == geometry


def test_old_shapes_keep_their_style_around_them():
    shape = shape_of(
        """<Shape ID="s" theZ="1" theT="2" Stroke="16711935" StrokeWidth="2"
        Fill="#ff0000" Label="old" Locked="false" Transform="matrix(1, 2 3,4,5 6)">
        <Text x="7" y="8"><Value>written</Value></Text></Shape>"""
    )
    assert shape.kind is ShapeKind.LABEL
    assert (shape.z, shape.c, shape.t) == (1, None, 2)
    assert shape.stroke_color == 16711935
    assert shape.fill_color == struct.unpack(">i", b"\xff\x00\x00\xff")[0]
    assert (shape.text, shape.locked) == ("old", False)
    assert shape.transform == (1, 2, 3, 4, 5, 6)
    plain = shape_of("<Shape><Text x='7' y='8'><Value>written</Value></Text></Shape>")
    assert plain.text == "written"


def test_transforms():
    shape = shape_of(
        """<Point X="1" Y="2"><Transform A00="1" A10="2" A01="3" A11="4" A02="5"
        A12="6.5"/></Point>"""
    )
    assert shape.transform == (1, 2, 3, 4, 5, 6.5)
    assert shape_of('<Point X="1" Y="2" Transform="none"/>').transform is None
    assert shape_of('<Point X="1" Y="2"/>').transform is None


def test_markers():
    shape = shape_of('<Line X1="1" Y1="2" X2="3" Y2="4" MarkerEnd="Arrow"/>')
    assert (shape.marker_start, shape.marker_end) == (None, "Arrow")


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("Polygon", "0,0 1.5,2 -3,4e1", "0,0 1.5,2 -3,4e1"),
        ("Polyline", "1,1 10,20, 20,20 20,10", "1,1 10,20 20,20 20,10"),
        ("Polygon", " 1 , 2\n3,4;5,6 ", "1,2 3,4 5,6"),
    ],
)
def test_points(tag, text, expected):
    shape = shape_of(f'<{tag} Points="{text}"/>')
    assert shape.kind.value == tag
    assert shape.points == expected
    assert shape.geometry == {}


def test_closed_polylines_are_polygons():
    text = '<Shape><Polyline closed="true" points="0,0 1,0 1,1"/></Shape>'
    assert shape_of(text).kind is ShapeKind.POLYGON


@pytest.mark.parametrize(
    "text",
    [
        '<Point X="1"/>',
        '<Point X="1" Y="nan"/>',
        '<Rectangle X="1" Y="1" Width="wide" Height="1"/>',
        '<Polygon Points="1,2 3"/>',
        '<Polygon Points=""/>',
        '<Polygon Points="M 1,2 L 3,4"/>',
        "<Polyline/>",
        '<Point X="1" Y="1"><Transform A00="1"/></Point>',
        '<Point X="1" Y="1" Transform="rotate(3)"/>',
        '<Point X="1" Y="1" Transform="matrix(1 2 3 4 5)"/>',
        '<Path D="M 0 0"/>',
        '<Mask X="0" Y="0" Width="4" Height="4"/>',
        '<Mask X="0" Y="0" Width="0" Height="4"><BinData/></Mask>',
        '<Mask X="0" Y="0" Width="4" Height="4"><BinData>/w==</BinData></Mask>',
        '<Mask X="0" Y="0" Width="4" Height="4"><BinData>a</BinData></Mask>',
        '<Mask X="0" Y="0" Width="1e6" Height="1e6"><BinData>/w==</BinData></Mask>',
        (
            '<Mask X="0" Y="0" Width="2" Height="2"><BinData Compression="J2K">/w=='
            "</BinData></Mask>"
        ),
        (
            '<Mask X="0" Y="0" Width="2" Height="2"><BinData Compression="zlib">/w=='
            "</BinData></Mask>"
        ),
        (
            '<Mask X="0" Y="0" Width="2" Height="2"><BinData Compression="bzip2">/w=='
            "</BinData></Mask>"
        ),
    ],
)
def test_unreadable_shapes_are_left_out_with_a_warning(text):
    found = parse(text + '<Point ID="good" X="1" Y="1"/>')
    (roi,) = found.metadata.rois["0"]
    assert [shape.kind for shape in roi.shapes] == [ShapeKind.POINT]
    (warning,) = found.warnings
    assert "ROI:0" in warning


PACKERS = {"none": bytes, "zlib": zlib.compress, "bzip2": bz2.compress}


def mask(width, height, data: bytes, compression="none"):
    text = base64.b64encode(PACKERS[compression](data)).decode()
    block = f'<BinData Compression="{compression}" Length="1">{text}</BinData>'
    return f'<Mask X="3" Y="4" Width="{width}" Height="{height}">{block}</Mask>'


@settings(deadline=None, max_examples=60)
@given(
    width=st.integers(1, 20),
    height=st.integers(1, 20),
    compression=st.sampled_from(sorted(PACKERS)),
    seed=st.integers(0, 1000),
    as_bytes=st.booleans(),
)
def test_masks(width, height, compression, seed, as_bytes):
    inside = np.random.default_rng(seed).random((height, width)) < 0.5
    if as_bytes and width * height > 1:
        data = (inside * 200).astype("u1").tobytes()
    else:
        # Most significant bit first, row after row without padding; the bits
        # that are left over are set to show that they are cleared.
        bits = "".join("1" if value else "0" for value in inside.ravel())
        bits += "1" * (-len(bits) % 8)
        data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    shape = shape_of(mask(width, height, data, compression))
    assert shape.geometry == {"x": 3, "y": 4, "width": width, "height": height}
    got = "".join(f"{byte:08b}" for byte in shape.mask_bits)
    flat = "".join(str(int(value)) for value in inside.ravel())
    assert got == flat + "0" * (-len(flat) % 8)


def test_masks_are_not_inflated_beyond_their_size():
    bomb = mask(8, 8, b"\xff" * 20_000_000, "zlib")
    assert len(bomb) < 100_000
    assert shape_of(bomb).mask_bits == b"\xff" * 8


def roi(name, x=1):
    return f'<ROI ID="{name}"><Union><Point X="{x}" Y="1"/></Union></ROI>'


def test_rois_go_to_the_images_that_refer_to_them():
    def image(name, *refs):
        inside = "".join(f'<ROIRef ID="{ref}"/>' for ref in refs)
        return f'<Image ID="{name}">{PIXELS}{inside}</Image>'

    images = image("a", "R1", "R2", "R1") + image("b") + image("c", "R2", "R9")
    found = parse_ome(f"<OME>{images}{roi('R1')}{roi('R2')}{roi('R3')}</OME>", HERE)
    keys = {key: [r.key for r in rois] for key, rois in found.metadata.rois.items()}
    assert keys == {"0": ["R1", "R2"], "2": ["R2"]}
    assert any("1 ROIs" in warning for warning in found.warnings)


def test_rois_of_the_only_image_need_no_reference():
    image = f"<Image>{PIXELS}</Image>"
    found = parse_ome(f"<OME>{image}{roi('R1')}{roi('R2')}</OME>", HERE)
    assert [r.key for r in found.metadata.rois["0"]] == ["R1", "R2"]
    found = parse_ome(f"<OME>{image * 2}{roi('R1')}</OME>", HERE)
    assert found.metadata.rois == {}


def test_rois_inside_an_image():
    image = f"<Image>{PIXELS}{roi('R1')}{roi('R2', 5)}</Image>"
    found = parse_ome(f"<OME>{image}</OME>", HERE)
    rois = found.metadata.rois["0"]
    assert [r.shapes[0].geometry["x"] for r in rois] == [1, 5]
