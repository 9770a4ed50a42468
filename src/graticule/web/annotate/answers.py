"""What this door answers; knows no view."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse

from graticule.catalog.models import Annotation, Person, PlateAcquisition, Well
from graticule.services.acquisition import Acquisition
from graticule.services.annotating.state import Borne, State
from graticule.services.annotating.tags import TagChanges, TagOn
from graticule.services.annotating.targets import KINDS
from graticule.services.original_metadata import Original
from graticule.services.paths import Path
from graticule.services.plates import label
from graticule.services.tables.store import MEDIA_TYPE as TABLE_TYPE

Json = dict[str, Any]
Kind = Annotation.Kind
_KINDS = {model: kind for kind, model in KINDS.items()}
_OTHERS = (
    Kind.BOOLEAN,
    Kind.LONG,
    Kind.DOUBLE,
    Kind.TIMESTAMP,
    Kind.TERM,
    Kind.XML,
)


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


def written_pairs(pairs: int, things: int) -> Json:
    """Say how many key-values were written onto how many things."""
    many = "key-value" if pairs == 1 else "key-values"
    onto = "thing" if things == 1 else "things"
    return {"message": f"{pairs:,} {many} written onto {things:,} {onto}."}


def state(found: State) -> Json:
    """Write a thing with all that it bears."""
    by_kind: dict[str, list[Borne]] = {}
    for each in found.borne:
        by_kind.setdefault(each.held.kind, []).append(each)

    def listed(write: Callable[[Borne], Json], *kinds: str) -> list[Json]:
        return [write(each) for kind in kinds for each in by_kind.get(kind, [])]

    return {
        "object": _object(found),
        "parents": [_trail(path) for path in found.paths if len(path) > 1],
        "tags": _tags(by_kind.get(Kind.TAG, [])),
        "pairs": listed(_pairs, Kind.MAP),
        "comments": listed(_comment, Kind.COMMENT),
        "rating": _rating(found.person, by_kind.get(Kind.RATING, [])),
        "files": listed(_file, Kind.FILE),
        "others": listed(_other, *_OTHERS),
    }


def _object(found: State) -> Json:
    thing = found.thing
    return {
        "kind": found.target.kind,
        "id": thing.pk,
        "name": thing.name,
        "description": thing.description,
        "owner": _person(thing.owner),
        "group": thing.group.name,
        "created": thing.created.isoformat(),
        "may_annotate": not found.refused_annotate,
        "may_edit": not found.refused_edit,
        "annotate_refused": found.refused_annotate,
        "edit_refused": found.refused_edit,
        "max_file_bytes": found.max_file_bytes,
        "max_table_bytes": found.max_table_bytes,
    }


def _trail(path: Path) -> list[Json]:
    """Write what holds a thing, outermost first."""
    return [
        {
            "kind": _KINDS[type(step.thing)],
            "id": step.thing.pk,
            "name": name_of(step.thing),
            "url": page_of(step.thing),
        }
        for step in path[:-1]
    ]


def name_of(thing: Any) -> str:
    """Name a thing; a well without a name by its row and column."""
    if thing.name:
        return str(thing.name)
    if isinstance(thing, Well):
        plate = thing.plate
        row = label(thing.row, plate.row_naming)
        return f"Well {row}{label(thing.column, plate.column_naming)}"
    return f"{_KINDS[type(thing)].capitalize()} {thing.pk}"


def has_page(thing: Any) -> bool:
    """Whether a thing is one of those that have annotations here."""
    return type(thing) in _KINDS


def page_of(thing: Any) -> str:
    """Give the address of a thing's page; a run's is its plate's."""
    if isinstance(thing, PlateAcquisition):
        return reverse("plate", args=[thing.plate_id])
    return reverse(_KINDS[type(thing)], args=[thing.pk])


def _person(person: Person) -> Json:
    return {"id": person.pk, "name": person.full_name}


def _tags(borne: Iterable[Borne]) -> list[Json]:
    """Write each tag once, also where several people put it."""
    found: dict[int, Json] = {}
    for each in borne:
        here = found.setdefault(
            each.held.pk,
            {
                **tag(each.held),
                "added_by": _person(each.link.owner),
                "added": each.link.created.isoformat(),
                "may_remove": True,
            },
        )
        here["may_remove"] = here["may_remove"] and each.may_remove
    return sorted(found.values(), key=lambda each: str(each["text"]).lower())


def _common(each: Borne) -> Json:
    return {
        "link": each.link.pk,
        "id": each.held.pk,
        "owner": _person(each.held.owner),
        "created": each.held.created.isoformat(),
        "may_remove": each.may_remove,
    }


def _pairs(each: Borne) -> Json:
    return {
        **_common(each),
        "namespace": each.held.namespace,
        "pairs": [[str(key), str(value)] for key, value in each.held.pairs or []],
        "elsewhere": each.elsewhere,
        "may_edit": each.may_edit,
    }


def _comment(each: Borne) -> Json:
    return {**_common(each), "text": each.held.text or ""}


def _rating(person: Person, borne: Iterable[Borne]) -> Json:
    stars = [(each.held.owner_id, each.held.whole or 0) for each in borne]
    mine = [value for owner, value in stars if owner == person.pk]
    count = len(stars)
    return {
        "mine": mine[-1] if mine else 0,
        "count": count,
        "mean": sum(value for _, value in stars) / count if count else None,
    }


def _file(each: Borne) -> Json:
    file = each.held.file
    assert file is not None
    table = file.media_type == TABLE_TYPE
    return {
        **_common(each),
        "name": file.name,
        "size_bytes": file.size_bytes,
        "media_type": file.media_type,
        "description": each.held.description,
        "url": reverse("annotate_download", args=[each.held.pk]),
        "table": reverse("table", args=[file.pk]) if table else None,
    }


def _other(each: Borne) -> Json:
    """Write what has no editor here as a text."""
    held = each.held
    value: object = held.text
    for found in (held.number, held.whole, held.truth):
        value = found if value is None else value
    if value is None and held.time is not None:
        value = held.time.isoformat()
    return {
        **_common(each),
        "kind": held.kind,
        "namespace": held.namespace,
        "value": "" if value is None else str(value),
    }


def acquisition(found: Acquisition) -> Json:
    """Write how an image was taken; places of planes are counted from 0."""
    return {
        "sections": [
            {
                "title": section.title,
                "facts": [
                    {"name": name, "value": text} for name, text in section.facts
                ],
            }
            for section in found.sections
        ],
        "planes": [
            {"z": each.z, "c": each.c, "t": each.t, "seconds": each.seconds}
            for each in found.planes
        ],
        "plane_count": found.plane_count,
    }


def original(found: Original, text: str) -> Json:
    """Write what a file says; only entries that contain a text, if one is given."""
    word = text.strip().lower()
    shown = [
        each
        for each in found.entries
        if word in f"{each.section}\n{each.key}\n{each.value}\n{each.note}".lower()
    ]
    return {
        "file": found.file,
        "format": found.format,
        "count": len(found.entries),
        "complete": found.complete,
        "entries": [
            {
                "section": each.section,
                "key": each.key,
                "value": each.value,
                "note": each.note,
            }
            for each in shown
        ],
    }
