"""Annotations and their links in the words of the contract (clients 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from graticule.catalog.access import Rights, Verb
from graticule.catalog.models import Annotation, AnnotationLink, Person
from graticule.services.annotating.values import may_unlink

Json = dict[str, Any]
Kind = Annotation.Kind

_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        Kind.TAG: "TagAnnotationI",
        Kind.MAP: "MapAnnotationI",
        Kind.COMMENT: "CommentAnnotationI",
        Kind.RATING: "LongAnnotationI",
        Kind.BOOLEAN: "BooleanAnnotationI",
        Kind.LONG: "LongAnnotationI",
        Kind.DOUBLE: "DoubleAnnotationI",
        Kind.TIMESTAMP: "TimestampAnnotationI",
        Kind.TERM: "TermAnnotationI",
        Kind.XML: "XmlAnnotationI",
        Kind.FILE: "FileAnnotationI",
    }
)
# Name of the value, and the attribute that holds it.
_VALUES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        Kind.TAG: ("textValue", "text"),
        Kind.COMMENT: ("textValue", "text"),
        Kind.XML: ("textValue", "text"),
        Kind.TERM: ("termValue", "text"),
        Kind.MAP: ("values", "pairs"),
        Kind.RATING: ("longValue", "whole"),
        Kind.LONG: ("longValue", "whole"),
        Kind.DOUBLE: ("doubleValue", "number"),
        Kind.BOOLEAN: ("boolValue", "truth"),
    }
)


def annotations_answer(links: Iterable[AnnotationLink], rights: Rights) -> Json:
    """Write links with their annotations, and the people they name."""
    links = list(links)
    people = {link.owner_id: link.owner for link in links}
    people |= {link.annotation.owner_id: link.annotation.owner for link in links}
    return {
        "annotations": [_annotation(link, rights) for link in links],
        "experimenters": [_person(people[number]) for number in sorted(people)],
    }


def _annotation(link: AnnotationLink, rights: Rights) -> Json:
    held = link.annotation
    return {
        "id": held.pk,
        "class": _CLASSES[held.kind],
        "ns": held.namespace or None,
        "description": held.description or None,
        "owner": {"id": held.owner_id},
        "date": _moment(held.created),
        "permissions": {
            "canEdit": rights.may(Verb.EDIT, held),
            "canAnnotate": rights.may(Verb.ANNOTATE, held),
            "canDelete": rights.may(Verb.DELETE, held),
            "canLink": rights.may(Verb.LINK, held),
        },
        **_value(held),
        "link": _link(link, rights),
    }


def _value(held: Annotation) -> Json:
    if held.kind == Kind.FILE:
        assert held.file is not None
        file = {"id": held.file.pk, "name": held.file.name}
        size, media_type = held.file.size_bytes, held.file.media_type or None
        return {"file": {**file, "size": size, "mimetype": media_type}}
    if held.kind == Kind.TIMESTAMP:
        return {"timeValue": None if held.time is None else _moment(held.time)}
    name, attribute = _VALUES[held.kind]
    return {name: getattr(held, attribute)}


def _link(link: AnnotationLink, rights: Rights) -> Json:
    target: Any = link.target
    return {
        "id": link.pk,
        "owner": {"id": link.owner_id},
        "parent": {
            "id": target.pk,
            "class": f"{type(target).__name__}I",
            "name": target.name,
        },
        "date": _moment(link.created),
        "permissions": {
            "canDelete": may_unlink(rights, link.owner_id, target),
        },
    }


def _person(person: Person) -> Json:
    return {
        "id": person.pk,
        "omeName": person.username,
        "firstName": person.first_name,
        "lastName": person.last_name,
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat()
