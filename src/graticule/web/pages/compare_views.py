"""Several images side by side, looked at together; or the channels of one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person
from graticule.errors import NotFoundError, RequestError
from graticule.services import browse
from graticule.services.browse import Kind
from graticule.services.scenes import Scene, find_scene
from graticule.web.pages import answers
from graticule.web.pages.filled import shown
from graticule.web.principal import person_of

MOST_PANES = 9
# Channels one by one, beside all of them together.
_AT_ONCE = MOST_PANES - 1
_LARGEST_ID = 2**63 - 1


def compare(request: HttpRequest) -> HttpResponse:
    """Show images (``image``, repeated) linked; one image with ``split`` by channel."""
    person = person_of(request)
    ids = _ids(request)
    images = _find(person, ids)
    if "split" in request.GET:
        return shown(request, "compare.html", _split(request, person, images[0]))
    filling: dict[str, Any] = {
        "title": "Compare",
        "panes": [_pane(image, "") for image in images],
        "trail": [("Compare", None)],
    }
    return shown(request, "compare.html", filling)


def _split(request: HttpRequest, person: Person, image: Image) -> dict[str, Any]:
    """Fill the page with all channels together, and with some one by one."""
    scene = find_scene(person, image.pk)
    first = _first_channel(request, scene.size_c)
    above = answers.trail(browse.place_of(person, image), image.name)[:-1]
    page = answers.address(Kind.IMAGE, image.pk)
    return {
        "title": f"{image.name}: channels",
        "panes": _channels(scene, image, first),
        "split": True,
        "trail": [*above, (image.name, page), ("Channels", None)],
        "parts": _parts(image, scene.size_c, first) if scene.size_c > _AT_ONCE else [],
    }


def _first_channel(request: HttpRequest, count: int) -> int:
    """Read the number of the first channel shown, from 1; give it from 0."""
    text = request.GET["split"] or "1"
    number = int(text[:9]) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= count:
        raise RequestError(f"split names the first channel shown: 1 to {count}.")
    return number - 1


def _parts(image: Image, count: int, first: int) -> list[dict[str, Any]]:
    """List the pages that channels are shown on."""
    return [
        {
            "label": f"{start + 1}\N{EN DASH}{min(start + _AT_ONCE, count)}",
            "url": "?" + urlencode({"image": image.pk, "split": start + 1}),
            "current": start == first,
        }
        for start in range(0, count, _AT_ONCE)
    ]


def _ids(request: HttpRequest) -> list[int]:
    texts = request.GET.getlist("image")
    if not texts or not all(text.isascii() and text.isdigit() for text in texts):
        raise RequestError("Name images by their numbers: ?image=1&image=2.")
    ids = [min(int(text[:20]), _LARGEST_ID) for text in texts]
    if len(ids) > MOST_PANES:
        raise RequestError(
            f"At most {MOST_PANES} images are shown side by side, not {len(ids)}."
        )
    return ids


def _find(person: Person, ids: list[int]) -> list[Image]:
    found = visible_to(person, Image.objects.only("name")).in_bulk(ids)
    for each in ids:
        if each not in found:
            raise NotFoundError(f"There is no image {each}, or none that you may see.")
    return [found[each] for each in ids]


def _pane(image: Image, query: str, label: str = "") -> dict[str, Any]:
    base = answers.address(Kind.IMAGE, image.pk)
    more = f"&{query}" if query else ""
    return {
        "label": label or image.name,
        "url": f"{base}?pane=1{more}",
        "full": base,
        "id": image.pk,
    }


def _channels(scene: Scene, image: Image, first: int) -> list[dict[str, Any]]:
    """Make a pane for all channels, then one for each of some."""
    channels = scene.rendering.channels
    panes = [_pane(image, "", "All channels")]
    for shown_one in range(first, min(first + _AT_ONCE, scene.size_c)):
        parts = [
            f"{'' if number == shown_one else '-'}{number + 1}"
            f"|{channel.window[0]:g}:{channel.window[1]:g}"
            for number, channel in enumerate(channels)
        ]
        query = urlencode({"c": ",".join(parts), "m": "c"})
        panes.append(_pane(image, query, scene.labels[shown_one]))
    return panes
