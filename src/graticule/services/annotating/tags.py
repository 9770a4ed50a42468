"""Tags on things: put there, taken off, suggested.

A tag belongs to a group, as what it is on does. Named by its words it is found in
the group of each thing, or made there; so one word tags things of several groups.
Knows no JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from graticule.catalog.access import Rights, Verb, rights_of, visible_to
from graticule.catalog.models import Annotation, AnnotationLink, Group, Person
from graticule.errors import NotFoundError, NotPermittedError, RequestError
from graticule.services.annotating.targets import (
    Found,
    Target,
    check_rights,
    chunks,
    find_targets,
    first_refused,
)

TAGSET = "openmicroscopy.org/omero/insight/tagset"
"""The namespace of tags that hold tags; they are put on nothing."""
LONGEST_TAG = 1_000
"""Most characters of a tag."""
_SUGGESTED = 20


@dataclass(frozen=True, slots=True)
class TagOn:
    """A tag, and the things it was put on or taken off."""

    tag: Annotation
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class TagChanges:
    """What a change of tags came to; what was so already is left out."""

    added: tuple[TagOn, ...]
    removed: tuple[TagOn, ...]


def change_tags(
    person: Person,
    targets: Iterable[Target],
    add: Sequence[str | int] = (),
    remove: Sequence[int] = (),
) -> TagChanges:
    """Put tags on things and take others off, all of it or nothing.

    Parameters
    ----------
    add
        Tags by their words, or by id.
    remove
        Tags by id.

    Raises
    ------
    graticule.errors.NotFoundError
        If a tag or thing is not there, or not for this person.
    graticule.errors.NotPermittedError
        If the person may not annotate one of the things, or not take off what
        somebody else put there.
    graticule.errors.RequestError, graticule.errors.LimitError
        If a tag has no words or too many, or there are too many things.
    """
    rights = rights_of(person)
    with transaction.atomic():
        found = find_targets(person, targets)
        words = [_words(person, tag) for tag in add]
        removed = [_take_off(rights, found, _tag(person, tag)) for tag in remove]
        if words:
            for things in found:
                check_rights(rights, Verb.ANNOTATE, things, things.groups)
        added = [
            each
            for text in dict.fromkeys(words)
            for each in _put_on(rights, person, found, text)
        ]
    return TagChanges(
        tuple(each for each in added if each.targets),
        tuple(each for each in removed if each.targets),
    )


def plain_tags(person: Person | None) -> QuerySet[Annotation]:
    """Choose the tags that a person may see, without those that hold tags."""
    tags = Annotation.objects.filter(kind=Annotation.Kind.TAG)
    return visible_to(person, tags.exclude(namespace=TAGSET))


def suggest(person: Person, beginning: str) -> list[tuple[str, int]]:
    """List the words of tags that a person may use, the most used first.

    Parameters
    ----------
    beginning
        What they contain, in any case; those that begin with it come first.

    Returns
    -------
    list
        Each with the number of its uses.
    """
    tags = plain_tags(person).filter(text__icontains=beginning).exclude(text="")
    counted = tags.order_by().values_list("text").annotate(uses=Count("links"))
    found = sorted(
        ((text or "", uses) for text, uses in counted),
        key=lambda row: (
            not row[0].lower().startswith(beginning.lower()),
            -row[1],
            row[0].lower(),
        ),
    )
    return found[:_SUGGESTED]


def _words(person: Person, tag: str | int) -> str:
    if isinstance(tag, int):
        return _tag(person, tag).text or ""
    text = tag.strip()
    if not text:
        raise RequestError("A tag needs at least one letter.")
    if len(text) > LONGEST_TAG:
        raise RequestError(f"A tag has at most {LONGEST_TAG:,} characters.")
    return text


def _tag(person: Person, tag_id: int) -> Annotation:
    tag = plain_tags(person).filter(pk=tag_id).first()
    if tag is None:
        raise NotFoundError(f"There is no tag {tag_id}, or none that you may see.")
    return tag


def _put_on(
    rights: Rights, person: Person, found: list[Found], text: str
) -> list[TagOn]:
    """Put the tag of some words on what does not bear these words yet."""
    by_group: dict[int, list[tuple[Found, int]]] = {}
    called = list(plain_tags(person).filter(text=text).values_list("pk", flat=True))
    for things in found:
        borne = {link.target_id for link in things.links(called)}
        for each, group in things.groups.items():
            if each not in borne:
                by_group.setdefault(group, []).append((things, each))
    return [
        _link(person, _usable(rights, person, group, text), places)
        for group, places in by_group.items()
    ]


def _usable(rights: Rights, person: Person, group_id: int, text: str) -> Annotation:
    """Find a tag of a group that the person may put on things, or make one."""
    tags = plain_tags(person).filter(group=group_id, text=text)
    mine = Q(owner=person)
    for tag in (*tags.filter(mine), *tags.exclude(mine).select_related("group")):
        if rights.may(Verb.ANNOTATE, tag):
            return tag
    return Annotation.objects.create(
        owner=person,
        group=Group.objects.get(pk=group_id),
        kind=Annotation.Kind.TAG,
        text=text,
    )


def _link(
    person: Person, tag: Annotation, places: Iterable[tuple[Found, int]]
) -> TagOn:
    places = list(places)
    AnnotationLink.objects.bulk_create(
        (
            AnnotationLink(
                annotation=tag,
                target_type=things.content_type,
                target_id=each,
                owner=person,
            )
            for things, each in places
        ),
        batch_size=1_000,
        ignore_conflicts=True,
    )
    return TagOn(tag, tuple(Target(things.kind, each) for things, each in places))


def _take_off(rights: Rights, found: list[Found], tag: Annotation) -> TagOn:
    """Take a tag off things, where whoever asks put it or may link the thing."""
    person = rights.person
    assert person is not None
    taken: list[Target] = []
    for things in found:
        links = list(things.links([tag.pk]))
        others = [each.target_id for each in links if each.owner_id != person.pk]
        refused = first_refused(rights, Verb.LINK, things, others)
        if refused is not None:
            raise NotPermittedError(
                f"You may not take the tag “{tag.text}” off the {things.kind} "
                f"{refused}: somebody else put it there."
            )
        for some in chunks([each.pk for each in links]):
            AnnotationLink.objects.filter(pk__in=some).delete()
        bore = {each.target_id for each in links}
        taken += [Target(things.kind, each) for each in things.groups if each in bore]
    return TagOn(tag, tuple(taken))
