"""The job rendered-images: pictures against arithmetic written independently."""

import csv
import io

import numpy as np
import pytest
from PIL import Image as Pillow
from tests.web.reference import added, coloured, grey, quantized

from graticule.errors import LimitError, NotFoundError, OutOfRangeError, RequestError

# Both channels, their windows and colours said: nothing is left to saved settings.
CHANNELS = "1|0:60000$FF0000,2|500:30000$0000FF"


def drawn(pixels):
    """What CHANNELS makes of planes of the first two channels."""
    return added(
        coloured(quantized(pixels[0], "uint16", 0, 60000), (255, 0, 0)),
        coloured(quantized(pixels[1], "uint16", 500, 30000), (0, 0, 255)),
    )


def picture(archive, name):
    with Pillow.open(io.BytesIO(archive.read(name))) as opened:
        assert opened.mode == "RGB"
        return np.asarray(opened, float)


def rows_of(archive):
    text = archive.read("pictures.csv").decode()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("file_format", ["png", "tif", "jpeg"])
def test_a_picture(do_task, lab, file_format):
    done = do_task(
        "rendered-images",
        image=lab.cells.pk,
        format=file_format,
        c=CHANNELS,
        z="1",
        quality="1",
    )
    archive = done.archive()
    assert archive.namelist() == [
        f"embryos/day 1/cells.{file_format}",
        "pictures.csv",
    ]
    found = picture(archive, f"embryos/day 1/cells.{file_format}")
    expected = drawn(lab.pixels[0, :, 1])
    if file_format == "jpeg":  # of noise only the means stay, and not of black
        means = np.abs(found.mean((0, 1)) - expected.mean((0, 1)))
        assert max(means[0], means[2]) < 1
    else:
        assert np.array_equal(found, expected)
    (row,) = rows_of(archive)
    assert row["picture"] == f"embryos/day 1/cells.{file_format}"
    assert (row["image"], row["z"], row["t"]) == (str(lab.cells.pk), "1", "0")
    assert (row["width"], row["height"], row["full_width"]) == ("80", "60", "80")


def test_saved_settings(do_task, lab, catalog):
    from graticule.services.scenes import find_scene

    rendering = find_scene(catalog.administrator, lab.cells.pk).rendering
    scene = find_scene(catalog.administrator, lab.cells.pk)
    done = do_task("rendered-images", image=lab.cells.pk, format="png")
    plane = lab.pixels[scene.default_t, :, scene.default_z]
    expected = added(
        *(
            coloured(quantized(values, "uint16", *channel.window), channel.color[:3])
            for values, channel in zip(plane, rendering.channels, strict=True)
            if channel.active
        )
    )
    found = picture(done.archive(), "embryos/day 1/cells.png")
    assert np.array_equal(found, expected)


def test_ranges_of_planes_and_times(do_task, lab):
    done = do_task(
        "rendered-images",
        image=lab.cells.pk,
        format="png",
        c=CHANNELS,
        z="1:9",
        t="all",
        folders="false",
    )
    archive = done.archive()
    names = [f"cells_z{z}_t{t}.png" for t in range(2) for z in (1, 2, 3)]
    assert archive.namelist() == [*names, "pictures.csv"]
    for name, row in zip(names, rows_of(archive), strict=True):
        expected = drawn(lab.pixels[int(row["t"]), :, int(row["z"])])
        assert row["picture"] == name
        assert np.array_equal(picture(archive, name), expected)
    assert done.progress[-1]["done"] == done.progress[-1]["total"] == 1


@pytest.mark.parametrize("limit", [1 << 30, 2 * 2 * 80 * 7 * 3])
def test_a_projection_larger_than_a_request_may_have(do_task, lab, monkeypatch, limit):
    from graticule.services.engine import engine

    monkeypatch.setattr(engine(), "max_projection_bytes", limit)
    done = do_task(
        "rendered-images", image=lab.cells.pk, format="png", c=CHANNELS, p="intmax|1:9"
    )
    archive = done.archive()
    expected = drawn(lab.pixels[0, :, 1:].max(1))
    assert np.array_equal(picture(archive, archive.namelist()[0]), expected)
    assert rows_of(archive)[0]["z"] == "intmax|1:9"


def test_sizes_come_from_levels(do_task, lab):
    asked = {"image": lab.slide.pk, "format": "png", "c": "2|0:51$FFFFFF", "m": "g"}
    half = grey(quantized(lab.levels[1][1], "uint16", 0, 51))
    found = {}
    for size in (9000, 450, 225):
        archive = do_task("rendered-images", **asked, size=size).archive()
        found[size] = picture(archive, "embryos/day 1/slide.png")
    full = grey(quantized(lab.levels[0][1], "uint16", 0, 51))
    assert np.array_equal(found[9000], full)
    assert np.array_equal(found[450], half)
    means = half.reshape(150, 2, 225, 2, 3).mean((1, 3))
    assert found[225].shape == (150, 225, 3)
    assert np.abs(found[225] - means).max() <= 1


def test_what_is_too_large_is_drawn_from_a_level(do_task, lab, monkeypatch):
    from graticule.services.engine import engine

    monkeypatch.setattr(engine(), "max_render_pixels", 300 * 450)
    archive = do_task("rendered-images", image=lab.slide.pk).archive()
    (row,) = rows_of(archive)
    assert (row["width"], row["full_width"]) == ("450", "900")
    monkeypatch.setattr(engine(), "max_render_pixels", 300)
    with pytest.raises(LimitError, match="max_render_pixels"):
        do_task("rendered-images", image=lab.slide.pk)


def test_names_of_plates(do_task, lab, plate_of):
    """Wells are folders, and what is called the same is numbered."""
    lab.dataset.delete()
    lab.slide.name = "cells"
    lab.slide.save()
    plate = plate_of({(1, 2): [lab.cells, lab.slide]})
    archive = do_task("rendered-images", plate=plate.pk, format="jpeg").archive()
    assert archive.namelist() == [
        "S/P 7/B3/cells.jpeg",
        "S/P 7/B3/cells_(1).jpeg",
        "pictures.csv",
    ]


def test_bad_parameters(do_task, lab):
    asked = {"image": lab.cells.pk}
    with pytest.raises(RequestError, match="P: is intmax"):
        do_task("rendered-images", **asked, p="max")
    with pytest.raises(OutOfRangeError, match="P are outside 0 to 3"):
        do_task("rendered-images", **asked, p="intmax|7:9")
    with pytest.raises(OutOfRangeError, match="T 5 is outside 0 to 1"):
        do_task("rendered-images", **asked, t="5")
    with pytest.raises(RequestError, match="Z: "):
        do_task("rendered-images", **asked, z="first")
    with pytest.raises(RequestError, match="FORMAT: "):
        do_task("rendered-images", **asked, format="gif")


def test_nobody_gets_what_they_may_not_see(do_task, lab, make_cast):
    cast = make_cast("rw----")
    lab.cells.owner, lab.cells.group = cast.alice, cast.group
    lab.cells.save()
    for person in (cast.bob, cast.charlie, cast.public):
        with pytest.raises(NotFoundError, match=f"Image:{lab.cells.pk} not found"):
            do_task("rendered-images", person, image=lab.cells.pk)
    done = do_task("rendered-images", cast.public, dataset=lab.dataset.pk)
    assert done.archive().namelist() == ["embryos/day 1/slide.jpeg", "pictures.csv"]
    # Nor the names of what holds it.
    lab.dataset.owner, lab.dataset.group = cast.alice, cast.group
    lab.dataset.save()
    done = do_task("rendered-images", cast.public, image=lab.slide.pk)
    assert done.archive().namelist() == ["slide.jpeg", "pictures.csv"]
