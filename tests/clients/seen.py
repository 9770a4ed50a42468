"""What a tab shows, and what the gateway gives, as arrays."""

import base64
import io

import httpx
import numpy as np
from PIL import Image

_PIXELS = """image => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL();
}"""


def decoded(data, mode="RGB"):
    """A file's pixels, rows first."""
    return np.asarray(Image.open(io.BytesIO(data)).convert(mode), float)


def image_pixels(locator, mode="RGB"):
    """The pixels of an ``<img>`` at its natural size; ``None`` until it is there."""
    if not locator.evaluate("i => i.complete && i.naturalWidth > 0"):
        return None
    return decoded(base64.b64decode(locator.evaluate(_PIXELS).split(",")[1]), mode)


def answered(served, path, cookies=None, **query):
    """An answer of the server, which must be a good one."""
    answer = httpx.get(f"{served.url}/{path}", params=query or None, cookies=cookies)
    assert answer.status_code == 200, answer.text[:300]
    return answer


def picture(served, path, mode="RGB", **query):
    """A picture of the gateway."""
    return decoded(answered(served, f"webgateway/{path}", **query).content, mode)


def wait_until_seen(page, locator, expected, mode="RGB"):
    """Wait until an ``<img>`` shows a picture.

    Chromium and Pillow may round differently when they decode a JPEG; every
    other difference is larger.
    """
    seen = None
    for _ in range(300):  # half a minute, when much runs beside it
        seen = image_pixels(locator, mode)
        if (
            seen is not None
            and seen.shape == expected.shape
            and np.abs(seen - expected).max() <= 4
        ):
            return
        page.wait_for_timeout(100)
    assert seen is not None, "no picture"
    assert seen.shape == expected.shape
    difference = np.abs(seen - expected)
    raise AssertionError(f"another picture: up to {difference.max()} apart")
