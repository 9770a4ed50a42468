"""Where settings shall go, and which, out of forms. Looks nothing up."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from django.http import HttpRequest, QueryDict

from graticule.errors import RequestError
from graticule.services.image_sets import Holder
from graticule.services.rendering_texts import integer_or_none, parse_changes
from graticule.services.saved_renderings import Wanted

LARGEST_ID = 2**63 - 1
HOLDERS = {"dataset": Holder.DATASET, "plate": Holder.PLATE}
_TARGET = re.compile(r"(dataset|plate)-(\d{1,18})", re.ASCII)


def target(request: HttpRequest) -> tuple[Holder, list[int]]:
    """Read ``to``, as dataset-12 or plate-3; else ``toids``, images one by one.

    Raises
    ------
    graticule.errors.RequestError
        If it is none of these.
    """
    images = request.POST.getlist("toids")
    if images and "to" not in request.POST:
        return Holder.IMAGE, [_id(text) for text in images]
    found = _TARGET.fullmatch(request.POST.get("to", ""))
    if found is None:
        raise RequestError(
            "to must be a dataset or a plate, such as dataset-12; "
            "or toids must be images."
        )
    return HOLDERS[found[1]], [int(found[2])]


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise RequestError(f"toids must be ids of images, not {text[:40]!r}.")
    return int(text)


def token(request: HttpRequest) -> str:
    """Read ``token``, of a form or of JSON, as pages send all that undoes.

    Raises
    ------
    graticule.errors.RequestError
        If there is none.
    """
    sent: object = request.POST
    if request.content_type == "application/json":
        try:
            sent = json.loads(request.body)
        except (ValueError, RecursionError):
            sent = None
    found = sent.get("token") if isinstance(sent, Mapping | QueryDict) else None
    if not isinstance(found, str) or "\0" in found:
        raise RequestError("token must be that of the change.")
    return found


def wanted(request: HttpRequest) -> Wanted | None:
    """Read the settings: ``c`` with all channels, ``maps``, ``m``; planes from 0.

    Without ``c`` none are meant but those that apply to the image.

    Raises
    ------
    graticule.errors.RequestError
        If they cannot be understood.
    """
    form = request.POST
    if "c" not in form:
        return None
    changes = parse_changes(form["c"], form.get("maps"), form.get("m"))
    return Wanted(changes, _plane(request, "z"), _plane(request, "t"))


def _plane(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    number = integer_or_none(text)
    if text and number is None:
        raise RequestError(f"{name} must be a whole number, not {text[:40]!r}.")
    return number
