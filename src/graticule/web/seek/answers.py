"""What this door answers: suggestions, facets, what the page of results is filled with.

Knows services and addresses; asks no table beyond names of owners and groups.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from graticule.catalog.models import Group, Person
from graticule.services.browse import Kind
from graticule.services.search.facets import Value
from graticule.services.search.filters import Filters
from graticule.services.search.suggesting import Suggestion
from graticule.web.pages.answers import HEADINGS, address
from graticule.web.seek import params

_WORDS = {
    "width": "Width",
    "height": "Height",
    "z": "Planes in z",
    "t": "Time points",
    "channels": "Channels",
    "pixel": "Pixel size",
}
SIZES = tuple(_WORDS.items())


def results_address(pairs: list[params.Pair]) -> str:
    """Give the address of a page of results."""
    query = urlencode(pairs)
    return reverse("search") + (f"?{query}" if query else "")


def suggestions(found: list[Suggestion]) -> dict[str, Any]:
    """Write suggestions, each with where it leads."""
    return {
        "suggestions": [
            {"kind": each.kind, "text": each.text, "url": _where(each)}
            for each in found
        ]
    }


def _where(suggestion: Suggestion) -> str:
    if suggestion.id is None:
        return results_address([(suggestion.kind, suggestion.text)])
    return address(Kind(suggestion.kind), suggestion.id)


def facets(
    asked: Filters, kinds: dict[Kind, int], found: dict[str, list[Value]]
) -> dict[str, Any]:
    """Write counts, each with the address of the search narrowed to it, or back."""
    now = params.whole(asked)
    return {
        "kinds": {kind.value: count for kind, count in kinds.items()},
        "facets": {
            name: [_value(now, name, value) for value in values]
            for name, values in found.items()
        },
    }


def _value(now: list[params.Pair], name: str, value: Value) -> dict[str, Any]:
    pair = (name, value.value)
    chosen = pair in now
    after = [each for each in now if each != pair] if chosen else [*now, pair]
    return {
        "label": value.label,
        "count": value.count,
        "chosen": chosen,
        "url": results_address(after),
    }


def chips(asked: Filters) -> list[dict[str, str]]:
    """Write the filters that are on, each with the address without it."""
    now = params.whole(asked)
    return [
        {
            "text": _said(name, value),
            "url": results_address([each for each in now if each != (name, value)]),
        }
        for name, value in params.pairs(asked)
    ]


def _said(name: str, value: str) -> str:
    if name == "owner":
        person = Person.objects.filter(pk=int(value)).first()
        return f"Owner: {person.full_name if person else value}"
    if name == "group":
        group = Group.objects.filter(pk=int(value)).first()
        return f"Group: {group.name if group else value}"
    if name == "key":
        key, _, text = value.partition("=")
        return f"{key}: {text}" if text else f"With {key}"
    size, _, end = name.rpartition("_")
    if size in _WORDS:
        unit = " µm" if size == "pixel" else ""
        return f"{_WORDS[size]} {'≥' if end == 'from' else '≤'} {value}{unit}"
    if name == "radius":
        return f"Within {value}\N{PRIME}"
    words = {"since": "Since", "until": "Until"}
    return (
        f"{words[name]} {value}" if name in words else f"{name.capitalize()}: {value}"
    )


def kinds(asked: Filters, counted: dict[Kind, int]) -> list[dict[str, Any]]:
    """Write the kinds there are results of, each with its address."""
    rest = params.without_kind(asked)
    every: list[dict[str, Any]] = [
        {
            "name": "All",
            "count": "",
            "url": results_address(rest),
            "current": asked.kind is None,
        }
    ]
    return every + [
        {
            "name": HEADINGS[kind],
            "count": f"{count:,}",
            "url": results_address([*rest, ("kind", kind.value)]),
            "current": asked.kind is kind,
        }
        for kind, count in counted.items()
        if count or asked.kind is kind
    ]


def form(asked: Filters) -> dict[str, Any]:
    """Fill the form of filters that are typed; the others stay as they are."""
    typed = {"since", "until", "position", "radius"}
    typed |= {f"{name}_{end}" for name in _WORDS for end in ("from", "to")}
    values = dict(params.pairs(asked))
    return {
        "kept": [pair for pair in params.whole(asked) if pair[0] not in typed],
        "since": values.get("since", ""),
        "until": values.get("until", ""),
        "position": values.get("position", ""),
        "radius": values.get("radius", ""),
        "sizes": [
            {
                "name": name,
                "label": f"{label} (µm)" if name == "pixel" else label,
                "least": values.get(f"{name}_from", ""),
                "most": values.get(f"{name}_to", ""),
                "step": "any" if name == "pixel" else "1",
            }
            for name, label in SIZES
        ],
    }
