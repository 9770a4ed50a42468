"""The settings clipboard of a web session (contract webgateway 9.2).

Holds either an image's id (``fromid``) or settings as they were asked for
(``rdef``); storing one clears the other.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from graticule.catalog.models import Person
from graticule.errors import NotFoundError
from graticule.services.image_data import image_data
from graticule.services.saved_renderings import Wanted
from graticule.web.errors import ParameterError
from graticule.web.gateway import numbers
from graticule.web.gateway.params import parse_changes
from graticule.web.gateway.rendering_answers import clipboard_answer

_COPIED = ("pixel_range", "m", "z", "t")
# Clients say models in full, too, as they were read back (contract clients 1.4).
_MODELS = {"g": "g", "c": "c", "greyscale": "g", "color": "c"}


@dataclass(frozen=True, slots=True)
class Source:
    """The image whose settings are pasted; ``wanted`` replaces what is saved."""

    image_id: int
    wanted: Wanted | None = None


def hold_image(session: SessionBase, image_id: str) -> None:
    """Hold an image's id."""
    session.pop("rdef", None)
    session["fromid"] = image_id


def hold_settings(session: SessionBase, settings: dict[str, Any]) -> None:
    """Hold settings."""
    session.pop("fromid", None)
    session["rdef"] = settings


def asked_settings(request: HttpRequest) -> dict[str, Any] | None:
    """Collect the settings of a request, from query or form; none without ``c``.

    Raises
    ------
    graticule.web.errors.ParameterError
        If ``imageId`` is no integer.
    """
    channels = _value(request, "c")
    if channels is None:
        return None
    settings: dict[str, Any] = {"c": channels}
    with contextlib.suppress(ValueError, RecursionError):
        settings["maps"] = json.loads(_value(request, "maps") or "")
    for name in _COPIED:
        value = _value(request, name)
        if value is not None:
            settings[name] = value
    image_id = numbers.integer(request, "imageId", None)
    if image_id is not None:
        settings["imageId"] = image_id
    return settings


def _value(request: HttpRequest, name: str) -> str | None:
    found: str | None = request.GET.get(name, request.POST.get(name))
    return found


def held(person: Person, session: SessionBase) -> dict[str, Any] | None:
    """Give the settings held; those of an image as they apply to the person."""
    if "rdef" in session:
        rdef: dict[str, Any] = session["rdef"]
        return rdef
    image_id = numbers.integer_or_none(session.get("fromid", ""))
    if image_id is None:
        return None
    try:
        return clipboard_answer(image_data(person, image_id))
    except NotFoundError:
        return None


def source(request: HttpRequest, asked: dict[str, Any] | None) -> Source | None:
    """Choose what is pasted: what the request says, else what the session holds.

    Raises
    ------
    graticule.web.errors.ParameterError
        If an image's id is no integer, or settings lack ``m`` or ``imageId``.
    """
    session = request.session
    if "fromid" in request.GET:
        return Source(_image_id(request.GET["fromid"]))
    if asked is not None:
        return _of_settings(asked)
    if "fromid" in session:
        return Source(_image_id(session["fromid"]))
    return _of_settings(session["rdef"]) if "rdef" in session else None


def _image_id(text: str) -> int:
    number = numbers.integer_or_none(text)
    if number is None:
        raise ParameterError("fromid must be an integer.")
    return number


def _of_settings(settings: dict[str, Any]) -> Source:
    model = _MODELS.get(settings.get("m", ""))
    if model is None or "imageId" not in settings:
        raise ParameterError("Settings to be copied need m and imageId.")
    maps = json.dumps(settings["maps"]) if "maps" in settings else None
    changes = parse_changes(settings["c"], maps, model)
    z, t = (_from_one(settings.get(name, "")) for name in ("z", "t"))
    return Source(settings["imageId"], Wanted(changes, z, t))


def _from_one(text: str) -> int | None:
    number = numbers.integer_or_none(text)
    return None if number is None else number - 1
