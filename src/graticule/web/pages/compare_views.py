"""Several images side by side, looked at together; or the channels of one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from graticule.catalog.access import visible_to
from graticule.catalog.models import Image, Person
from graticule.errors import NotFoundError, RequestError
from graticule.services.browse import Kind
from graticule.services.scenes import Scene, find_scene
from graticule.web.pages import answers
from graticule.web.pages.filled import shown
from graticule.web.principal import person_of

MOST_PANES = 9
_LARGEST_ID = 2**63 - 1


def compare(request: HttpRequest) -> HttpResponse:
    """Show images (``image``, repeated) linked; one image with ``split`` by channel."""
    person = person_of(request)
    ids = _ids(request)
    images = _find(person, ids)
    if "split" in request.GET:
        panes = _channels(find_scene(person, images[0].pk), images[0])
        title = f"{images[0].name}: channels"
    else:
        panes = [_pane(image, "") for image in images]
        title = "Compare"
    filling: dict[str, Any] = {
        "title": title,
        "panes": panes,
        "split": "split" in request.GET,
        "trail": [(title, None)],
    }
    return shown(request, "compare.html", filling)


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


def _channels(scene: Scene, image: Image) -> list[dict[str, Any]]:
    """Make a pane for all channels, then one for each."""
    if scene.size_c >= MOST_PANES:
        raise RequestError(
            f"At most {MOST_PANES - 1} channels are shown side by side, not "
            f"{scene.size_c}."
        )
    channels = scene.rendering.channels
    panes = [_pane(image, "", "All channels")]
    for shown_one in range(scene.size_c):
        parts = [
            f"{'' if number == shown_one else '-'}{number + 1}"
            f"|{channel.window[0]:g}:{channel.window[1]:g}"
            for number, channel in enumerate(channels)
        ]
        query = urlencode({"c": ",".join(parts), "m": "c"})
        panes.append(_pane(image, query, scene.labels[shown_one]))
    return panes
