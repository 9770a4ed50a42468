"""What this door answers; knows no view."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graticule.catalog.models import Annotation
from graticule.services.annotating.tags import TagChanges, TagOn

Json = dict[str, Any]


def changed_tags(changes: TagChanges) -> Json:
    """Say which tags were put where, in words, too."""
    said = [
        *_said(changes.added, "put on"),
        *_said(changes.removed, "taken off"),
    ]
    return {
        "message": f"{'; '.join(said)}." if said else "Nothing had to be changed.",
        "added": [_tag_on(each) for each in changes.added],
        "removed": [_tag_on(each) for each in changes.removed],
    }


def _said(changed: Iterable[TagOn], verb: str) -> list[str]:
    counts: dict[str, int] = {}
    for each in changed:
        text = each.tag.text or ""
        counts[text] = counts.get(text, 0) + len(each.targets)
    return [f"“{text}” {verb} {count:,}" for text, count in counts.items()]


def _tag_on(each: TagOn) -> Json:
    return {
        "tag": tag(each.tag),
        "objects": [{"kind": to.kind, "id": to.id} for to in each.targets],
    }


def tag(held: Annotation) -> Json:
    """Write a tag."""
    return {"id": held.pk, "text": held.text or "", "description": held.description}


def suggested(tags: Iterable[tuple[str, int]]) -> Json:
    """List words of tags with how often they are used."""
    return {"tags": [{"text": text, "uses": uses} for text, uses in tags]}
