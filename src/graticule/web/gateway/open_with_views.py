"""Which other viewers clients may offer (contract webgateway 13.3, number 51)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse

from graticule.web.gateway.wrapper import json_view

_OPTIONS = ("supported_objects", "target", "label")


@json_view
def open_with(request: HttpRequest) -> dict[str, list[dict[str, Any]]]:
    """Answer the viewers of the setting ``open_with``; to everybody."""
    del request
    return {"open_with_options": [_viewer(*v) for v in settings.GRATICULE["open_with"]]}


def _viewer(name: str, url: str, options: dict[str, Any]) -> dict[str, Any]:
    answer = {"id": name, "url": _address(url)}
    answer.update((key, options[key]) for key in _OPTIONS if key in options)
    script = options.get("script_url")
    if script:
        # Scripts of others are named whole, ours below the static files.
        answer["script_url"] = script if script.startswith("http") else static(script)
    return answer


def _address(url: str) -> str:
    """Give the path of a route by its name; anything else is an address itself."""
    try:
        return reverse(url)
    except NoReverseMatch:
        return url
