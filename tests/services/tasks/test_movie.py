"""The job that makes movies, opened again with PyAV (issue: movie)."""

import av
import numpy as np
import pytest
import tifffile
from tests.services.exports.test_movie import decoded

from graticule.errors import NotFoundError, OutOfRangeError, RequestError

SIDE = 64
LOSS = 16
PLAIN = "1|0:255$FF0000,2|0:255$00FF00,3|0:255$0000FF"


@pytest.fixture
def film(run_scan, tmp_path):
    """An RGB image in flat squares: pixels (t, z, y, x, 3), and its row."""
    from graticule.catalog.models import Image

    rng = np.random.default_rng(3)
    levels = rng.integers(0, 255, (5, 4, 4, 6, 3))
    pixels = np.kron(levels, np.ones((1, 1, SIDE, SIDE, 1))).astype(np.uint8)
    tifffile.imwrite(
        tmp_path / "film.ome.tif",
        pixels,
        photometric="rgb",
        metadata={"axes": "TZYXS", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1},
    )
    assert not run_scan(tmp_path).problems
    return Image.objects.get(), pixels


def inside(rows=4, columns=6, side=SIDE):
    """Pixels not at the border of a square nor in the lowest, written-on row."""
    square = np.zeros((side, side), bool)
    square[side // 8 : -side // 8, side // 8 : -side // 8] = True
    mask = np.tile(square, (rows, columns))
    mask[-side:] = False
    return mask


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("mp4", ("mov,mp4,m4a,3gp,3g2,mj2", "h264")),
        ("webm", ("matroska,webm", "vp9")),
    ],
)
def test_it_works(do_task, film, form, kind):
    image, pixels = film
    done = do_task("movie", image=image.pk, format=form, z=2, fps=5)
    frames, times, found = decoded(done.path("movie"))
    assert (found[0], found[1].removeprefix("libvpx-")) == kind
    assert frames.shape == (5, 256, 384, 3)
    assert times == pytest.approx([0, 0.2, 0.4, 0.6, 0.8], abs=2e-3)
    difference = np.abs(frames.astype(int) - pixels[:, 2])[:, inside()]
    assert difference.max() < LOSS
    written = done.written["movie"]
    assert written["media_type"] == f"video/{form}"
    assert written["name"].endswith(f".{form}")
    assert done.progress[-1]["done"] == done.progress[-1]["total"]


def test_a_range_along_z(do_task, film):
    image, pixels = film
    done = do_task("movie", image=image.pk, axis="z", t=3, start=1, end=2)
    frames, _, _ = decoded(done.path("movie"))
    assert len(frames) == 2
    assert np.abs(frames.astype(int) - pixels[3, 1:3])[:, inside()].max() < LOSS


def test_size_is_the_longest_side(do_task, film):
    image, pixels = film
    bare = {"stamp": "none", "scale_bar": "none"}
    done = do_task("movie", image=image.pk, size=96, **bare)
    frames, _, _ = decoded(done.path("movie"))
    assert frames.shape == (5, 64, 96, 3)
    small = pixels[:, image.renderings.get().default_z][:, ::4, ::4].astype(int)
    assert np.abs(frames - small)[:, inside(side=16)].max() < 2 * LOSS


def test_a_projection_over_z_for_each_time(do_task, film):
    image, pixels = film
    done = do_task("movie", image=image.pk, axis="t", p="intmax|1:2")
    frames, _, _ = decoded(done.path("movie"))
    expected = pixels[:, 1:3].max(axis=1).astype(int)
    assert np.abs(frames - expected)[:, inside()].max() < LOSS


def test_a_projection_reads_more_than_a_request_may(do_task, film, monkeypatch):
    from graticule.services.engine import engine

    image, _ = film
    monkeypatch.setattr(engine(), "max_projection_bytes", 1000)
    done = do_task("movie", image=image.pk, axis="t", p="intmax")
    assert len(decoded(done.path("movie"))[0]) == 5


def test_settings_of_the_job_are_drawn(do_task, film):
    image, pixels = film
    done = do_task("movie", image=image.pk, z=0, c="-1,2|100:200$FF00FF,-3", m="c")
    frames, _, _ = decoded(done.path("movie"))
    green = pixels[:, 0, ..., 1].astype(float)
    level = np.floor(np.clip((green - 100) / 100, 0, 1) * 255 + 0.5)
    expected = np.stack([level, 0 * level, level], axis=-1)
    assert np.abs(frames - expected)[:, inside()].max() < 2 * LOSS


def last_rows(do_task, image, **options):
    """The frames' lowest 66 rows over black."""
    done = do_task("movie", image=image.pk, c="-1,-2,-3", z=0, **options)
    frames, _, _ = decoded(done.path("movie"))
    return frames[:, -66:].max(axis=-1)


@pytest.mark.parametrize(
    ("asked", "length"), [("5", 50), ("auto", 50), ("12.5", 125), ("none", 0)]
)
def test_the_scale_bar_has_its_true_length(do_task, film, asked, length):
    image, _ = film  # 384 pixels of 0.1 µm: a quarter holds 5 µm
    rows = last_rows(do_task, image, stamp="none", scale_bar=asked)
    (bar,) = {int((row > 120).sum()) for row in rows[:, -30]}
    assert bar == pytest.approx(length, abs=2)


def test_a_reduced_movie_has_a_reduced_bar(do_task, film):
    image, _ = film
    rows = last_rows(do_task, image, stamp="none", scale_bar="5", size=192)
    assert int((rows[0, -30] > 120).sum()) == pytest.approx(25, abs=2)


def test_stamps(do_task, film):
    from graticule.catalog.models import PlaneTimes

    image, _ = film
    options = {"scale_bar": "none"}
    bare = last_rows(do_task, image, stamp="none", **options)
    assert bare.max() < 30
    index = last_rows(do_task, image, stamp="index", **options)
    assert index[:, 6:20, 20:80].max() > 150
    assert np.abs(index[0].astype(int) - index[1]).max() > 100  # t:1, t:2
    # Without times of planes the place stands there instead.
    assert np.array_equal(last_rows(do_task, image, stamp="time", **options), index)
    times = {f"0,0,{t}": 3600.0 * t for t in range(5)}
    PlaneTimes.objects.create(image=image, seconds=times)
    timed = last_rows(do_task, image, stamp="time", **options)
    assert timed[:, 6:18].max() < 60
    assert timed[:, 21:36, 20:80].max() > 150


def test_rois_are_drawn_on_their_planes(do_task, film, catalog):
    from graticule.catalog.models import Roi, Shape

    image, _ = film
    belongs = {"owner": catalog.administrator, "group": catalog.public_group}
    box = {"x": 100, "y": 50, "width": 80, "height": 60}
    rois = []
    for t, color in ((None, 0x00FF00FF), (2, -16776961)):  # green; red
        roi = Roi.objects.create(image=image, **belongs)
        Shape.objects.create(
            roi=roi,
            kind="Rectangle",
            geometry=box if t is None else {**box, "x": 250},
            t=t,
            stroke_color=color,
            **dict.fromkeys(("min_x", "min_y", "max_x", "max_y"), 0),
        )
        rois.append(roi.pk)

    def frames(**options):
        done = do_task(
            "movie", image=image.pk, c="-1,-2,-3", z=0, stamp="none", **options
        )
        return decoded(done.path("movie"))[0]

    assert frames()[:, :200].max() < 30
    drawn = frames(rois=True)
    assert drawn[:, 60:100, 98:103, 1].max(axis=(1, 2)).min() > 120
    assert drawn[:, 60:100, 110:170].max() < 60  # outlines, nothing inside
    assert [bool(red > 120) for red in drawn[:, 60:100, 248:253, 0].max((1, 2))] == [
        False,
        False,
        True,
        False,
        False,
    ]
    only = frames(roi=[rois[1]], size=192)
    assert only[:, :100, 45:95].max() < 40
    assert only[2, 30:50, 123:127, 0].max() > 100


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"fps": 0}, RequestError, "FPS"),
        ({"size": 95}, RequestError, "SIZE"),
        ({"axis": "c"}, RequestError, "AXIS"),
        ({"start": 3, "end": 2}, RequestError, "empty"),
        ({"end": 5}, OutOfRangeError, "0 to 4"),
        ({"z": 4}, OutOfRangeError, "0 to 3"),
        ({"p": "median"}, RequestError, "intmax"),
        ({"p": "intmax|9:12"}, OutOfRangeError, "0 to 3"),
        ({"scale_bar": "-1"}, RequestError, "SCALE_BAR"),
        ({"scale_bar": "500"}, RequestError, "room for"),
        ({"c": "1$FF0000$00FF00|0:9"}, RequestError, "two colours"),
    ],
)
def test_what_makes_no_sense_is_refused(do_task, film, asked, error, words):
    image, _ = film
    with pytest.raises(error, match=words):
        do_task("movie", image=image.pk, **asked)


def test_who_does_not_see_the_image_gets_no_movie(do_task, film, cast):
    image, _ = film
    type(image).objects.update(owner=cast.alice, group=cast.group)
    assert av.open(str(do_task("movie", cast.bob, image=image.pk).path("movie")))
    with pytest.raises(NotFoundError):
        do_task("movie", cast.charlie, image=image.pk)


def test_long_names_are_cut_as_file_systems_count(do_task, film):
    image, _ = film
    image.name = "../" + "細胞" * 400
    image.save()
    done = do_task("movie", image=image.pk, start=0, end=0, size=64)
    name = done.written["movie"]["name"]
    assert name.startswith(".._細胞")
    assert name.endswith(("胞.mp4", "細.mp4"))
    assert len(name.encode()) < 200
