"""Encoded pictures, decoded again by Pillow."""

import io

import numpy as np
import pytest
from PIL import Image

from graticule.errors import LimitError, RequestError
from graticule.render.encode import (
    MEDIA_TYPES,
    encode,
    encode_jpeg,
    encode_png,
    encode_tiff,
    encode_webp,
)


@pytest.fixture
def picture():
    y, x = np.mgrid[:150, :203]
    waves = np.sin(x / 17) * np.cos(y / 23) * 100 + 120
    return np.stack([waves, x * 255 // 202, y * 255 // 149], -1).astype("u1")


def opened(content):
    return Image.open(io.BytesIO(content))


def pixels(content):
    with opened(content) as image:
        assert image.mode == "RGB"
        return np.asarray(image).astype(int)


def test_png_and_tiff_lose_nothing(picture):
    assert (pixels(encode_png(picture)) == picture).all()
    assert (pixels(encode_tiff(picture)) == picture).all()


@pytest.mark.parametrize("quality", [0.49, 0.6, 0.85, 0.9, 1.0])
def test_jpeg_is_that_of_pillow_at_100_times_the_quality(picture, quality):
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=round(100 * quality))
    assert (pixels(encode_jpeg(picture, quality)) == pixels(buffer.getvalue())).all()


def test_jpeg_at_the_default_is_near_the_tables_of_the_original(picture):
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=85)
    with opened(buffer.getvalue()) as image:
        tables = {number: list(table) for number, table in image.quantization.items()}
    for index, ours, theirs in ((15, 17, 16), (41, 11, 10), (42, 17, 16), (58, 29, 28)):
        assert tables[0][index] == ours
        tables[0][index] = theirs
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", qtables=tables, subsampling=2)
    difference = abs(pixels(encode_jpeg(picture)) - pixels(buffer.getvalue()))
    assert difference.max() <= 6


def test_jpeg_halves_the_chroma_and_is_not_progressive(picture):
    with opened(encode_jpeg(picture)) as image:
        assert [layer[1:3] for layer in image.layer] == [(2, 2), (1, 1), (1, 1)]
        assert "progressive" not in image.info


def test_webp_is_lossy_and_close(picture):
    small, large = encode_webp(picture, 0.5), encode_webp(picture, 0.95)
    assert len(small) < len(large) < picture.nbytes
    assert abs(pixels(large) - picture).mean() < 2


def test_each_format_says_what_it_is(picture):
    for name, media_type in MEDIA_TYPES.items():
        with opened(encode(picture, name)) as image:
            assert Image.MIME[image.format] == media_type
            assert image.size == (203, 150)


def test_slices_of_larger_pictures_encode_like_copies(picture):
    part = picture[3:77, 5:90]
    for name in MEDIA_TYPES:
        assert encode(part, name) == encode(part.copy(), name)


@pytest.mark.parametrize("quality", [-0.1, 1.01, float("nan")])
def test_other_qualities_are_refused(picture, quality):
    for encoder in (encode_jpeg, encode_webp):
        with pytest.raises(RequestError, match="quality"):
            encoder(picture, quality)


def test_what_is_no_picture_is_refused(picture):
    for wrong in (picture.astype("u2"), picture[..., 0], picture[:0]):
        with pytest.raises(RequestError, match="picture"):
            encode_png(wrong)
    with pytest.raises(RequestError, match="gif"):
        encode(picture, "gif")
    with pytest.raises(LimitError, match="65,501"):
        encode_jpeg(np.zeros((1, 65501, 3), "u1"))
    with pytest.raises(LimitError, match="16,384"):
        encode_webp(np.zeros((16384, 1, 3), "u1"))
