"""Pictures of ROIs, shapes and masks (contract webgateway 6.1, 6.2)."""

import io

import numpy as np
import pytest
from PIL import Image
from tests.web.conftest import XHR
from tests.web.reference import coloured, decoded, in_pixels, quantized, slide
from tests.web.test_rois import add_shape

RED = "c=1|0:60000$FF0000&m=c"


def box(x, y, width, height):
    return {"x": x, "y": y, "width": width, "height": height}


@pytest.fixture
def make_shape(image, catalog):
    """A shape of a ROI of its own, on the slide of 1000 x 700 pixels."""
    from graticule.catalog.models import Roi

    def make(kind="Rectangle", *, name="slide.ome.tif", roi=None, **values):
        belongs = {"owner": catalog.administrator, "group": catalog.public_group}
        roi = roi or Roi.objects.create(image=image(name), **belongs)
        return add_shape(roi, kind, **values)

    return make


def thumbnail(client, shape, query=RED):
    answer = client.get(f"/webgateway/render_shape_thumbnail/{shape.pk}/?{query}")
    picture = decoded(answer)
    assert picture.shape == (166, 250, 3)
    return picture


def red_slide(x, y, width, height):
    """A window of the slide's first channel, in red by arithmetic."""
    level = coloured(quantized(slide(0), "uint16", 0, 60000), (255, 0, 0))
    pixels = np.full((1300, 1500, 3), 221.0)
    pixels[200:900, 200:1200] = np.stack(
        [in_pixels(level[..., part], 128)[:700, :1000] for part in range(3)], axis=-1
    )
    return pixels[200 + y : 200 + y + height, 200 + x : 200 + x + width]


def brightness(picture):
    return picture @ (0.299, 0.587, 0.114)


class TestPicture:
    def test_it_works(self, client, make_shape):
        picture = thumbnail(client, make_shape(geometry=box(300, 200, 40, 30)))
        expected = red_slide(195, 132, 250, 166)
        # away from the outline: JPEG blurs it over its blocks
        off = np.ones((166, 250), bool)
        off[40:130, 80:170] = False
        assert np.abs(picture - expected)[off].mean() < 2
        inner = np.abs(picture - expected)[80:86, 118:132]
        assert inner.max() < 8
        # the outline: white, two pixels wide outwards
        assert brightness(picture)[67:69, 110:140].min() > 190
        assert brightness(picture)[98:100, 110:140].min() > 190
        assert brightness(picture)[72:94, 104:106].min() > 190
        assert brightness(picture)[60:64, 110:140].max() < 100

    def test_beyond_the_image(self, client, make_shape):
        shape = make_shape("Label", geometry={"x": 0.0, "y": 0.0})
        picture = thumbnail(client, shape)
        assert np.abs(picture - red_slide(-125, -83, 250, 166)).mean() < 2
        assert np.abs(picture[:72] - 221).max() < 2

    def test_far_outside(self, client, make_shape):
        shape = make_shape("Label", geometry={"x": 9999.0, "y": -9999.0})
        assert np.abs(thumbnail(client, shape) - 221).max() < 2

    def test_scaled_down(self, client, make_shape):
        picture = thumbnail(client, make_shape("Mask", geometry=box(100, 50, 400, 300)))
        # frame 675 x 450 from (-37, -25); every third pixel is far from any edge
        whole = red_slide(-37, -25, 675, 450)
        y, x = np.mgrid[10:160:5, 10:240:5]
        expected = whole[y * 450 // 166, x * 675 // 250]
        assert np.median(np.abs(picture[y, x] - expected)) < 2
        assert np.quantile(np.abs(picture[y, x] - expected), 0.8) < 6

    def test_the_settings_asked_for(self, client, make_shape):
        shape = make_shape("Label", geometry={"x": 300.0, "y": 300.0})
        red = thumbnail(client, shape)
        grey = thumbnail(client, shape, "c=1|0:60000$FF0000&m=g")
        assert np.abs(grey - red[..., :1]).mean() < 3
        assert red[..., 1].mean() < 3
        assert thumbnail(client, shape, "").shape == red.shape

    def test_never_projected(self, client, make_shape):
        at = {"name": "cells.ome.tif", "geometry": {"x": 60.0, "y": 50.0}}
        shape = make_shape("Label", **at)
        query = "c=1|0:9000$FFFFFF&m=c"
        picture = thumbnail(client, shape, query)
        assert (thumbnail(client, shape, query + "&p=intmax|0:2") == picture).all()

    def test_plane_of_the_shape(self, client, make_shape):
        at = {"name": "cells.ome.tif", "geometry": {"x": 64.0, "y": 48.0}}
        query = "c=1|0:10000$FFFFFF&m=c"
        for z, t in ((0, 0), (2, 1), (None, 1), (2, None)):
            shape = make_shape("Label", z=z, t=t, **at)
            found = thumbnail(client, shape, query)[84:90, 130:150].mean()
            # the middle square of the second row, by tests.web.reference.cells
            place = 100 + 700 * 6 + 40 * (1 if z is None else z) + 1300 * (t or 0)
            assert abs(found - 255 * place / 10000) < 2

    @pytest.mark.parametrize(
        ("text", "color"),
        [
            ("color=f00", (255, 0, 0)),
            ("color=0f0", (0, 255, 0)),
            ("color=00f", (0, 0, 255)),
            ("color=ff0", (255, 255, 0)),
            ("color=fff", (255, 255, 255)),
            ("color=000", (0, 0, 0)),
            ("color=abc", (255, 0, 0)),
            ("color=", (255, 0, 0)),
            ("", (255, 255, 255)),
        ],
    )
    def test_colours(self, client, make_shape, text, color):
        # on grey, where there is no image; JPEG halves the colour of thin lines
        shape = make_shape(geometry=box(5000, 5000, 40, 30))
        line = thumbnail(client, shape, text)[67:69, 110:140].mean(axis=(0, 1))
        known = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
        known += [(255, 255, 0), (255, 255, 255), (0, 0, 0)]
        away = {other: np.abs(line - other).sum() for other in known}
        assert min(away, key=away.get) == color

    @pytest.mark.parametrize(
        ("kind", "values"),
        [
            (
                "Ellipse",
                {"geometry": {"x": 300, "y": 200, "radius_x": 30, "radius_y": 9}},
            ),
            ("Line", {"geometry": {"x1": 300, "y1": 200, "x2": 350, "y2": 170}}),
            ("Polyline", {"points": "300,200 340,220 -10,90"}),
            ("Polygon", {"points": "300.5,200 340,220 310,90"}),
            ("Point", {"geometry": {"x": 300.0, "y": 200.0}}),
        ],
    )
    def test_every_kind_is_drawn(self, client, make_shape, kind, values):
        shape = make_shape(kind, **values)
        white = thumbnail(client, shape, RED + "&color=fff")
        black = thumbnail(client, shape, RED + "&color=000")
        changed = (np.abs(white - black).max(axis=2) > 100).sum()
        assert 20 < changed < 2500

    def test_too_large(self, client, make_shape):
        largest = make_shape("Mask", geometry=box(0, 0, 2128, 10))
        beyond = make_shape("Mask", geometry=box(0, 0, 2129, 10))
        assert np.abs(thumbnail(client, largest)[:70] - 221).max() < 6
        picture = thumbnail(client, beyond)
        text = picture[30:60, 10:140]
        assert (text[..., 0] - text[..., 1]).max() > 60
        assert np.abs(picture[80:] - 221).max() < 3


class TestRoi:
    @pytest.mark.parametrize(
        ("places", "chosen"),
        [
            ([(2, 1)], 0),  # the only one
            ([(0, 1), (0, 0)], 1),  # alone at the time
            ([(0, 1), (2, None)], 1),
            ([(0, 0), (1, 0), (1, 0)], 1),  # the first at the place
            ([(0, 0), (None, None), (1, 0)], 1),
            ([(0, 0), (2, 0)], 0),  # none at the place: the first
            ([(2, 1), (0, 0), (2, 0)], 0),
            ([(0, 1), (1, 1)], 0),  # none at the time: the first
        ],
    )
    def test_which_shape(self, client, make_shape, places, chosen):
        """The cells open at z 1, t 0."""
        roi = None
        shapes = []
        for n, (z, t) in enumerate(places):
            at = {"x": 20.0 * n, "y": 30.0}
            shapes.append(
                make_shape(
                    "Point", name="cells.ome.tif", roi=roi, z=z, t=t, geometry=at
                )
            )
            roi = shapes[0].roi
        answers = [
            client.get(f"/webgateway/render_shape_thumbnail/{shape.pk}/").content
            for shape in shapes
        ]
        assert len(set(answers)) == len(shapes)
        found = client.get(f"/webgateway/render_roi_thumbnail/{roi.pk}/").content
        assert answers.index(found) == chosen

    def test_without_shapes(self, client, make_shape):
        shape = make_shape()
        shape.delete()
        url = f"/webgateway/render_roi_thumbnail/{shape.roi_id}/"
        assert client.get(url).status_code == 404


class TestAddress:
    def test_zeros_in_front_and_no_slash_at_the_end(self, client, make_shape):
        shape = make_shape(geometry=box(300, 200, 40, 30))
        for kind, number in (("roi", shape.roi_id), ("shape", shape.pk)):
            url = f"/webgateway/render_{kind}_thumbnail/"
            plain = client.get(f"{url}{number}/?color=f00").content
            assert client.get(f"{url}00{number}/?color=f00").content == plain
            assert client.get(f"{url}{number}?color=f00&_=17").content == plain

    @pytest.mark.parametrize(
        "name", ["render_roi_thumbnail", "render_shape_thumbnail", "render_shape_mask"]
    )
    def test_not_there(self, client, catalogued, name):
        answer = client.get(f"/webgateway/{name}/999999/")
        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("text/html")
        answer = client.get(f"/webgateway/{name}/999999/", **XHR)
        assert (answer.status_code, answer.content) == (404, b"")
        assert client.get(f"/webgateway/{name}/{2**64}/").status_code == 500

    def test_a_plane_that_is_not_there(self, client, make_shape):
        shape = make_shape(geometry=box(0, 0, 9, 9), z=7)
        url = f"/webgateway/render_shape_thumbnail/{shape.pk}/"
        assert client.get(url).status_code == 404

    def test_of_an_image_that_one_does_not_see(self, logged_in, make_shape, cast):
        """A ROI may be everybody's where the image is not."""
        shape = make_shape("Mask", geometry=box(0, 0, 2, 2), mask_bits=b"\xf0")
        shape.roi.image.owner, shape.roi.image.group = cast.alice, cast.group
        shape.roi.image.save()
        shape.roi.owner = cast.charlie
        shape.roi.save()
        paths = {
            f"render_roi_thumbnail/{shape.roi_id}/": 404,
            f"render_shape_thumbnail/{shape.pk}/": 404,
            f"render_shape_mask/{shape.pk}/": 404,
            f"get_shape_json/{shape.roi_id}/{shape.pk}/": 500,
        }
        client = logged_in(cast.charlie)
        for path, status in paths.items():
            assert client.get(f"/webgateway/{path}").status_code == status
        url = f"/webgateway/get_rois_json/{shape.roi.image_id}/"
        assert client.get(url).content == b"[]"


def pixels_of(answer):
    assert answer.status_code == 200, answer.content[:300]
    assert answer["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "RGBA"
        return np.asarray(picture)


class TestMask:
    def mask(self, make_shape, **values):
        return make_shape(
            "Mask", geometry=box(5.0, 6.0, 5.7, 3.2), mask_bits=b"\x8c\x62", **values
        )

    def test_it_works(self, client, make_shape):
        shape = self.mask(make_shape, fill_color=0x10203040)
        picture = pixels_of(client.get(f"/webgateway/render_shape_mask/{shape.pk}/"))
        covered = ["10001", "10001", "10001"]  # 1000 1100 0110 0010
        assert picture.shape == (3, 5, 4)
        for y, row in enumerate(covered):
            for x, bit in enumerate(row):
                expected = [16, 32, 48, 64] if bit == "1" else [0, 0, 0, 0]
                assert picture[y, x].tolist() == expected

    def test_yellow_without_a_colour(self, client, make_shape):
        shape = self.mask(make_shape)
        picture = pixels_of(client.get(f"/webgateway/render_shape_mask/0{shape.pk}/"))
        assert picture[0, 0].tolist() == [255, 255, 0, 255]

    def test_what_is_no_mask(self, client, make_shape):
        for shape in (
            make_shape(geometry=box(0, 0, 5, 3)),
            make_shape("Mask", geometry=box(0, 0, 5, 3)),
            make_shape("Mask", geometry=box(0, 0, 5, 3), mask_bits=b"\x00"),
            make_shape("Mask", geometry=box(0, 0, 0.5, 3), mask_bits=b"\x00"),
        ):
            url = f"/webgateway/render_shape_mask/{shape.pk}/"
            assert client.get(url).status_code == 404

    def test_too_large(self, client, make_shape):
        shape = make_shape("Mask", geometry=box(0, 0, 1e5, 1e5), mask_bits=b"\x00")
        answer = client.get(f"/webgateway/render_shape_mask/{shape.pk}/")
        assert answer.status_code == 400
        assert b"max_render_pixels" in answer.content
