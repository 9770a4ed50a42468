"""Movies, opened again with PyAV (contract webgateway 11.2, rendering 18)."""

from dataclasses import replace

import av
import numpy as np
import pytest
import tifffile
from PIL import ImageFont

from graticule.errors import FileError, LimitError, OutOfRangeError, RequestError
from graticule.render.settings import (
    ChannelRendering,
    Projection,
    ProjectionKind,
    Rendering,
)

COLORS = ((255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255))
RGB = Rendering(tuple(ChannelRendering((0, 255), color=color) for color in COLORS))
SQUARE = 64
# Encoded flat squares move by less than this inside (measured: at most 8).
LOSS = 10
WEBM_LOSS = 16


def squares(times, depth, rows=8, columns=8):
    """Pictures in flat squares, shape (t, z, y, x, 3)."""
    rng = np.random.default_rng(7)
    levels = rng.integers(0, 255, (times, depth, rows, columns, 3))
    return np.kron(levels, np.ones((1, 1, SQUARE, SQUARE, 1))).astype(np.uint8)


def inside(rows=8, columns=8):
    """Pixels not at the border of a square nor where something is written."""
    square = np.zeros((SQUARE, SQUARE), bool)
    square[8:-8, 8:-8] = True
    mask = np.tile(square, (rows, columns))
    mask[-SQUARE:] = False
    return mask


@pytest.fixture
def stack(scene_of, tmp_path):
    """A scene of 3 times and 2 planes, and its pictures."""
    pixels = squares(3, 2)
    path = tmp_path / "in.ome.tif"
    metadata = {"axes": "TZYXS"}
    tifffile.imwrite(path, pixels, photometric="rgb", metadata=metadata)
    return scene_of(path)[0], pixels


@pytest.fixture
def made(tmp_path):
    """Write a movie; give its path."""
    from graticule.services.exports.movie import write_movie

    def make(scene, movie, **options):
        path = tmp_path / f"out{movie.format.suffix}"
        write_movie(scene, movie, path, **options)
        assert not list(tmp_path.glob(".*"))
        return path

    return make


def movie_of(axis, position, **options):
    from graticule.services.exports.movie import Axis, Movie, MovieFormat

    if "format" in options:
        options["format"] = MovieFormat(options["format"])
    return Movie(Axis(axis), position, options.pop("rendering", RGB), **options)


def decoded(path):
    """Frames of a movie, shape (frames, y, x, 3), and its stream's properties."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        frames = list(file.decode(stream))
        times = [float(frame.time - frames[0].time) for frame in frames]
        pixels = np.array([frame.to_ndarray(format="rgb24") for frame in frames])
        return pixels, times, (file.format.name, stream.codec_context.name)


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("quicktime", ("mov,mp4,m4a,3gp,3g2,mj2", "h264")),
        ("mpeg", ("mpeg", "mpeg2video")),
        ("wmv", ("asf", "wmv2")),
        ("webm", ("matroska,webm", "vp9")),
    ],
)
@pytest.mark.parametrize(("axis", "position"), [("z", 2), ("t", 1)])
def test_frames_show_the_planes_in_order(stack, made, form, kind, axis, position):
    scene, pixels = stack
    expected = pixels[position] if axis == "z" else pixels[:, position]
    frames, _, found = decoded(made(scene, movie_of(axis, position, format=form)))
    assert found == kind
    assert frames.shape == expected.shape
    difference = np.abs(frames.astype(int) - expected)[:, inside()]
    assert difference.max() < (WEBM_LOSS if form == "webm" else LOSS)
    # Another order of frames, or of colours, would be far off.
    wrong = np.abs(frames[::-1].astype(int) - expected)[0, inside()]
    assert wrong.mean() > 5 * LOSS


@pytest.mark.parametrize("form", ["quicktime", "mpeg", "wmv", "webm"])
@pytest.mark.parametrize("fps", [1, 4, 24, 60])
def test_speed(stack, made, form, fps):
    scene, _ = stack
    _, times, _ = decoded(made(scene, movie_of("t", 0, format=form, fps=fps)))
    assert times == pytest.approx([0, 1 / fps, 2 / fps], abs=2e-3)


def test_a_speed_that_mpeg_lacks_shows_frames_twice(scene_of, made, tmp_path):
    path = tmp_path / "in.ome.tif"
    pixels = squares(14, 1, 2, 2)
    tifffile.imwrite(path, pixels[:, 0], photometric="rgb", metadata={"axes": "TYXS"})
    scene, _ = scene_of(path)
    frames, times, _ = decoded(made(scene, movie_of("t", 0, format="mpeg", fps=7)))
    assert len(frames) == 16  # 2 s at 8 frames a second
    assert times[-1] == pytest.approx(15 / 8, abs=2e-3)
    steps = np.abs(np.diff(frames.astype(int), axis=0)).mean(axis=(1, 2, 3))
    assert [number for number in range(15) if steps[number] < 1] == [6, 14]


@pytest.mark.parametrize("form", ["quicktime", "mpeg", "wmv"])
@pytest.mark.parametrize("size", [(100, 60), (515, 301), (601, 901), (512, 512)])
def test_small_pictures_stand_on_black_and_sizes_are_even(
    scene_of, made, tmp_path, form, size
):
    width, height = size
    path = tmp_path / "in.ome.tif"
    white = np.full((2, height, width, 3), 255, np.uint8)
    tifffile.imwrite(path, white, photometric="rgb", metadata={"axes": "TYXS"})
    scene, _ = scene_of(path)
    frames, _, _ = decoded(made(scene, movie_of("t", 0, format=form)))
    high, wide = (max(512, side + side % 2) for side in (height, width))
    assert frames.shape == (2, high, wide, 3)
    y, x = (high - height) // 2, (wide - width) // 2
    expected = np.zeros((high, wide))
    expected[y : y + height, x : x + width] = 255
    difference = np.abs(frames[1].mean(axis=-1) - expected)
    difference[-70:, :120] = 0  # written there
    assert (difference > 40).mean() < 0.01


def test_settings_of_the_request_are_drawn(stack, made):
    scene, pixels = stack
    window = (100.0, 200.0)
    only_green = Rendering(
        (
            ChannelRendering((0, 255), active=False),
            ChannelRendering(window, color=(255, 0, 255, 255), reverse=True),
            ChannelRendering((0, 255), active=False),
        )
    )
    frames, _, _ = decoded(made(scene, movie_of("t", 1, rendering=only_green)))
    green = pixels[:, 1, ..., 1].astype(float)
    level = 255 - np.floor(np.clip((green - 100) / 100, 0, 1) * 255 + 0.5)
    expected = np.stack([level, 0 * level, level], axis=-1)
    assert np.abs(frames - expected)[:, inside()].max() < 2 * LOSS


def test_a_projection_along_t(stack, made):
    scene, pixels = stack
    projection = Projection(ProjectionKind.MAX, 0, 1)
    movie = movie_of("t", 0, projection=projection)
    frames, _, _ = decoded(made(scene, movie))
    expected = pixels.max(axis=1).astype(int)
    assert np.abs(frames - expected)[:, inside()].max() < LOSS


def test_scale_bar_time_and_place_are_written():
    from graticule.services.exports.movie_frames import draw_frame

    black = np.zeros((512, 512, 3), np.uint8)
    bare = draw_frame(black, pixel_um=None, seconds=None, z=0, t=0)
    assert bare[:440].max() == 0
    assert bare[452:466, 20:70].max() > 200  # z:1 t:1 at height - 60
    assert bare[:, 80:].max() == 0
    barred = draw_frame(black, pixel_um=0.01, seconds=None, z=0, t=0)
    bar = np.flatnonzero(barred[482, :, 0] == 255)  # at height - 30
    assert (len(bar), bar[-1]) == (100, 492)  # 1 µm, ends 20 from the right
    assert barred[467:481, 440:493].max() > 200  # its number, 15 above
    timed = draw_frame(black, pixel_um=None, seconds=3725.9, z=0, t=0)
    changed = np.argwhere((timed != bare).any(axis=-1))
    assert changed.min(axis=0)[0] >= 467  # height - 45
    assert changed.min(axis=0)[1] >= 20


@pytest.mark.parametrize(
    ("width", "pixel_um", "bar"),
    [
        (100, 0.1, (10, "1 µm")),
        (512, 0.1, (10, "1 µm")),
        (768, 0.1, (10, "1 µm")),
        (1024, 0.1, (20, "2 µm")),
        (1536, 0.1, (50, "5 µm")),
        (2560, 0.1, (100, "10 µm")),
        (9999, 0.1, (100, "10 µm")),
        (512, 0.0005, (2, "1 nm")),
        (512, 20.0, (50, "1 mm")),
        (512, 1e9, None),
    ],
)
def test_scale_bars_grow_with_the_frame(width, pixel_um, bar):
    from graticule.services.exports.movie_frames import scale_bar

    assert scale_bar(width, pixel_um) == bar


@pytest.mark.parametrize(
    ("width", "pixel_um", "bar"),
    [
        (1000, 0.1, (200, "20 µm")),
        (512, 0.00065, (77, "50 nm")),
        (512, 33.0, (61, "2 mm")),
        (40, 1.0, None),
    ],
)
def test_round_scale_bars_take_a_quarter_at_most(width, pixel_um, bar):
    from graticule.services.exports.movie_frames import round_bar

    assert round_bar(width, pixel_um) == bar


def test_the_font_has_all_that_is_written():
    font = ImageFont.load_default(11)
    shapes = [bytes(font.getmask(char)) for char in "\uffff0123456789-:ztunpm"]
    assert len(set(shapes)) == len(shapes)  # and none is that of a missing letter


def test_a_mu_is_a_u_with_a_long_stem():
    from graticule.services.exports.movie_frames import Bar, Marks, Stamp, draw_frame

    def drawn(bar_um):
        marks = Marks(bar=Bar.ROUND, bar_um=bar_um, stamp=Stamp.NONE)
        black = np.zeros((512, 512, 3), np.uint8)
        facts = {"pixel_um": 0.5, "seconds": None, "z": 0, "t": 0}
        return draw_frame(black, **facts, marks=marks)[..., 0] > 100

    micro = drawn(20.0)
    letters = ImageFont.load_default(11)
    left = 492 - letters.getlength("20 um")
    column = left + letters.getlength("20 ")
    columns = np.flatnonzero(micro[:482].any(axis=1))
    tail = micro[columns.max() - 1 : columns.max() + 1]
    lit = np.flatnonzero(tail.any(axis=0))
    assert lit.size == 1
    assert abs(lit[0] - column) <= 2


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00:00"), (59.99, "0:00:59"), (-61, "-0:01:01")]
)
def test_clock(seconds, text):
    from graticule.services.exports.movie_frames import clock

    assert clock(seconds) == text


def test_too_large_pictures_are_reduced(scene_of, made, tmp_path):
    path = tmp_path / "in.ome.tif"
    flat = np.full((4100, 20), 90, np.uint8)
    tifffile.imwrite(path, np.stack([flat, flat]), metadata={"axes": "TYX"})
    scene, _ = scene_of(path)
    frames, _, _ = decoded(
        made(scene, movie_of("t", 0, rendering=Rendering(RGB.channels[:1])))
    )
    assert frames.shape[1:] == (2050, 512, 3)


@pytest.mark.parametrize(
    ("movie", "error"),
    [
        (("z", 3, {}), OutOfRangeError),
        (("z", -1, {}), OutOfRangeError),
        (("t", 2, {}), OutOfRangeError),
        (("t", 0, {"fps": 0}), RequestError),
        (("t", 0, {"fps": 121}), RequestError),
    ],
)
def test_what_cannot_be_made_is_refused(stack, made, tmp_path, movie, error):
    axis, position, options = movie
    scene, _ = stack
    with pytest.raises(error):
        made(scene, movie_of(axis, position, **options))
    assert [path.name for path in tmp_path.iterdir()] == ["in.ome.tif"]


def test_a_frame_over_the_limit_is_refused(stack, made):
    scene, _ = stack
    (level,) = scene.levels
    huge = replace(scene, levels=(replace(level, width=1 << 16, height=1 << 16),))
    with pytest.raises(LimitError, match="max_render_pixels"):
        made(huge, movie_of("t", 0))


def test_progress_and_what_it_raises(stack, made, tmp_path):
    scene, _ = stack
    told = []
    made(scene, movie_of("t", 0), progress=lambda *step: told.append(step))
    assert told == [(1, 3), (2, 3), (3, 3)]

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(scene, movie_of("z", 0, format="wmv"), progress=stop)
    assert not (tmp_path / "out.wmv").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_folder_that_is_not_there(stack, tmp_path):
    from graticule.services.exports.movie import write_movie

    with pytest.raises(FileError, match="cannot be"):
        write_movie(stack[0], movie_of("t", 0), tmp_path / "missing" / "a.mp4")
