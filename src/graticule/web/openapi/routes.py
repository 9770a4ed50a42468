"""From Django's address patterns to the paths of an OpenAPI document.

The patterns are what is served: read from them, no path can be missing or stale.
Knows the few forms that the doors' patterns have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

_NAMED = re.compile(r"\(\?P<(?P<name>\w+)>(?P<pattern>(?:[^()]|\([^()]*\))*)\)")
_ROUTE = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_NAME = re.compile(r"(?<={)\w+")
# Django's admin: pages for people, whose addresses are its own affair.
_PAGES_ONLY = "admin"
_CONVERTERS = {"int": "[0-9]+", "str": "[^/]+", "path": ".+", "": "[^/]+"}


@dataclass(frozen=True, slots=True)
class Route:
    """One path: where, what stands in it, who answers.

    ``parameters`` maps what stands in braces in ``path`` to its pattern.
    """

    path: str
    name: str
    view: Callable[..., Any]
    parameters: dict[str, str]


def routes_of(
    patterns: list[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[Route]:
    """Yield every path that some patterns serve; optional parts make several.

    Those of administrators' pages are not among them.
    """
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace == _PAGES_ONLY:
                continue
            deeper = prefix + str(pattern.pattern)
            yield from routes_of(pattern.url_patterns, deeper)
            continue
        text = str(pattern.pattern)
        if isinstance(pattern.pattern, RoutePattern):
            text = _ROUTE.sub(_as_group, text)
        view = pattern.callback
        name = str(pattern.name or getattr(view, "__name__", ""))
        shapes = set()
        for variant in _variants(text.removeprefix("^").removesuffix("$")):
            path, parameters = _template(prefix + variant)
            # Of two optional numbers a single one is the first.
            shape = _NAME.sub("", path)
            if shape not in shapes:
                shapes.add(shape)
                yield Route(f"/{path}", name, view, parameters)


def _as_group(match: re.Match[str]) -> str:
    return f"(?P<{match['name']}>{_CONVERTERS[match['kind'] or '']})"


def _variants(text: str) -> Iterator[str]:
    """Yield a pattern with each of its optional groups, and without; first with."""
    start = text.find("(?:")
    if start < 0:
        # A slash at the end that may be left out is written.
        yield text.replace("/?", "/")
        return
    end = _closing(text, start)
    before, inner, after = text[:start], text[start + 3 : end], text[end + 1 :]
    if after.startswith("?"):
        yield from _variants(before + inner + after[1:])
        yield from _variants(before + after[1:])
        return
    for choice in inner.split("|"):
        yield from _variants(before + choice + after)


def _closing(text: str, start: int) -> int:
    depth = 0
    for position in range(start, len(text)):
        if text[position] == "(":
            depth += 1
        elif text[position] == ")":
            depth -= 1
            if depth == 0:
                return position
    raise ValueError(f"{text!r} has an open bracket")


def _template(text: str) -> tuple[str, dict[str, str]]:
    parameters = {match["name"]: match["pattern"] for match in _NAMED.finditer(text)}
    path = _NAMED.sub(lambda match: f"{{{match['name']}}}", text)
    return path.replace("\\", ""), parameters
