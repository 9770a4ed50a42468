"""Comments, ratings and key-values on one thing or many; and taking anything off.

What somebody wrote is changed by whoever the rule lets edit it. Knows no JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet

from graticule.catalog.access import Rights, Verb, rights_of, visible_to
from graticule.catalog.models import Annotation, AnnotationLink, Group, Person
from graticule.catalog.models.owned import Named
from graticule.errors import NotFoundError, NotPermittedError, RequestError
from graticule.services.annotating.targets import (
    KINDS,
    Found,
    Target,
    check_rights,
    find_targets,
)
from graticule.services.attachments import delete_attached

CLIENT_MAP = "openmicroscopy.org/omero/client/mapAnnotation"
"""The namespace of key-values that people write in OMERO's clients, and here."""
RATING = "openmicroscopy.org/omero/insight/rating"
"""The namespace of ratings."""
LONGEST_NAMESPACE = 1024
MOST_STARS = 5
_MOST_PAIRS = 10_000
Pairs = Sequence[tuple[str, str]]


def add_comment(person: Person, target: Target, text: str) -> None:
    """Write a comment onto a thing.

    Raises
    ------
    graticule.errors.RequestError
        If it says nothing.
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If the thing is not there for this person, or may not be annotated.
    """
    if not text.strip():
        raise RequestError("Write something first: the comment is empty.")
    _, found = _one(person, target, Verb.ANNOTATE)
    with transaction.atomic():
        held = _make(person, found, target, Annotation.Kind.COMMENT, text=text.strip())
        link(person, found, target, held)


def rate(person: Person, target: Target, stars: int) -> None:
    """Give a thing 1 to 5 stars, or with 0 take one's own rating back.

    Raises
    ------
    graticule.errors.RequestError
        If it is another number.
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If the thing is not there for this person, or may not be annotated.
    """
    if not 0 <= stars <= MOST_STARS:
        raise RequestError(f"A rating is a whole number from 0 to {MOST_STARS}.")
    _, found = _one(person, target, Verb.ANNOTATE)
    with transaction.atomic():
        mine = Annotation.objects.filter(kind=Annotation.Kind.RATING, owner=person)
        links = found.links(mine.values_list("pk", flat=True))
        for each in [each for each in links if each.owner_id == person.pk]:
            _drop(each)
        if stars:
            held = _make(
                person,
                found,
                target,
                Annotation.Kind.RATING,
                namespace=RATING,
                whole=stars,
            )
            link(person, found, target, held)


def save_pairs(
    person: Person,
    target: Target,
    annotation_id: int | None,
    namespace: str,
    pairs: Pairs,
    was: Pairs | None = None,
) -> None:
    """Write key-values onto a thing, new ones or instead of those of an annotation.

    Parameters
    ----------
    annotation_id
        Which annotation on the thing; ``None`` for a new one.
    pairs
        All of them, in order; without any the annotation is taken off.
    was
        What the person saw before; refused if it is something else now.

    Raises
    ------
    graticule.errors.RequestError
        If there are too many, a key is empty, or somebody changed them meanwhile.
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If thing or annotation is not there for this person, or may not be changed.
    """
    _check_pairs(namespace, pairs)
    rights, found = _one(
        person, target, Verb.ANNOTATE if annotation_id is None else None
    )
    with transaction.atomic():
        if annotation_id is None:
            if pairs:
                held = _make(
                    person,
                    found,
                    target,
                    Annotation.Kind.MAP,
                    namespace=namespace,
                    pairs=[list(pair) for pair in pairs],
                )
                link(person, found, target, held)
            return
        held = _editable(rights, found, annotation_id)
        if was is not None and _plain(held) != [list(pair) for pair in was]:
            raise RequestError(
                "Somebody changed these key-values meanwhile. Load the page again, "
                "then make your change."
            )
        if not pairs:
            for each in found.links([held.pk]):
                _check_unlink(rights, found, each)
                _drop(each)
            return
        held.pairs = [list(pair) for pair in pairs]
        held.namespace = namespace
        held.save(update_fields=["pairs", "namespace", "modified"])


def add_pairs(
    person: Person, targets: Iterable[Target], namespace: str, pairs: Pairs
) -> int:
    """Write key-values onto many things, each with an annotation of its own.

    They are put behind those of this namespace that the person wrote there before.

    Returns
    -------
    int
        How many things there are.

    Raises
    ------
    graticule.errors.GraticuleError
        As :func:`save_pairs`; then nothing was written.
    """
    _check_pairs(namespace, pairs)
    if not pairs:
        raise RequestError("There are no key-values to write.")
    rights = rights_of(person)
    new = [list(pair) for pair in pairs]
    mine = Annotation.objects.filter(
        kind=Annotation.Kind.MAP, owner=person, namespace=namespace
    )
    with transaction.atomic():
        everything = find_targets(person, targets)
        for found in everything:
            check_rights(rights, Verb.ANNOTATE, found, found.groups)
            before = {
                each.target_id: each.annotation_id
                for each in found.links(mine.values_list("pk", flat=True))
            }
            for held in mine.filter(pk__in=before.values()).select_for_update():
                added = [pair for pair in new if pair not in _plain(held)]
                held.pairs = [*_plain(held), *added]
                held.save(update_fields=["pairs", "modified"])
            for each in found.groups:
                if each not in before:
                    target = Target(found.kind, each)
                    held = _make(
                        person,
                        found,
                        target,
                        Annotation.Kind.MAP,
                        namespace=namespace,
                        pairs=new,
                    )
                    link(person, found, target, held)
    return sum(len(found.groups) for found in everything)


def take_off(person: Person, link_id: int) -> Target:
    """Take an annotation off a thing; what is on nothing else is deleted with it.

    Tags stay, for the next thing. What somebody else owns stays, too.

    Returns
    -------
    Target
        The thing it was on.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such link, or none that the person may see.
    graticule.errors.NotPermittedError
        If somebody else put it there.
    """
    row = AnnotationLink.objects.filter(
        pk=link_id, annotation__in=visible_to(person, Annotation.objects.all())
    ).first()
    target = _target_of(row)
    if row is None or target is None:
        raise NotFoundError(f"There is no annotation link {link_id}.")
    rights, found = _one(person, target, None)
    with transaction.atomic():
        _check_unlink(rights, found, row)
        _drop(row, rights)
    return target


def may_unlink(rights: Rights, owner_id: int, thing: Named) -> bool:
    """Say whether a person may take off what somebody put on a thing."""
    if rights.may(Verb.LINK, thing):
        return True
    # One's own, with whatever else lets anybody change anything.
    like = type(thing)(owner_id=owner_id, group_id=thing.group_id)
    person = rights.person
    return person is not None and person.pk == owner_id and rights.may(Verb.EDIT, like)


def link(person: Person, found: Found, target: Target, held: Annotation) -> None:
    """Put an annotation on a thing, in the name of a person."""
    AnnotationLink.objects.create(
        annotation=held,
        target_type=found.content_type,
        target_id=target.id,
        owner=person,
    )


def find_one(person: Person, target: Target, verb: Verb | None) -> tuple[Rights, Found]:
    """Find one thing, on which a person may do something.

    Raises
    ------
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
    """
    return _one(person, target, verb)


def _one(person: Person, target: Target, verb: Verb | None) -> tuple[Rights, Found]:
    rights = rights_of(person)
    (found,) = find_targets(person, [target])
    if verb is not None:
        check_rights(rights, verb, found, [target.id])
    return rights, found


def _make(
    person: Person, found: Found, target: Target, kind: str, **values: object
) -> Annotation:
    group = Group.objects.get(pk=found.groups[target.id])
    return Annotation.objects.create(owner=person, group=group, kind=kind, **values)


def _editable(rights: Rights, found: Found, annotation_id: int) -> Annotation:
    maps = Annotation.objects.filter(
        kind=Annotation.Kind.MAP,
        pk=annotation_id,
        pk__in=[each.annotation_id for each in found.links([annotation_id])],
    )
    held = visible_to(rights.person, maps).select_for_update().first()
    if held is None:
        raise NotFoundError("These key-values are not there any more.")
    if not rights.may(Verb.EDIT, held):
        raise NotPermittedError(
            "You may not change these key-values: somebody else wrote them. Add "
            "some of your own."
        )
    return held


def _plain(held: Annotation) -> list[list[str]]:
    """Read pairs as plain texts, whatever wrote them."""
    return [[str(key), str(value)] for key, value in held.pairs or []]


def _check_pairs(namespace: str, pairs: Pairs) -> None:
    if len(namespace) > LONGEST_NAMESPACE:
        raise RequestError(f"A namespace has at most {LONGEST_NAMESPACE:,} characters.")
    if len(pairs) > _MOST_PAIRS:
        raise RequestError(f"There can be {_MOST_PAIRS:,} key-values at most.")
    if any(not key.strip() for key, _ in pairs):
        raise RequestError("A key is empty: give it a name, or remove the row.")


def _check_unlink(rights: Rights, found: Found, row: AnnotationLink) -> None:
    things: QuerySet[Named] = QuerySet(KINDS[found.kind])
    thing = things.select_related("group").get(pk=row.target_id)
    if not may_unlink(rights, row.owner_id, thing):
        raise NotPermittedError(
            "You may not take this off: somebody else put it there. Ask them, or the "
            f"owner of the {found.kind}."
        )


def _drop(row: AnnotationLink, rights: Rights | None = None) -> None:
    """Delete a link, and its annotation where nothing needs that any more."""
    held = row.annotation
    row.delete()
    keeps = held.kind == Annotation.Kind.TAG or held.links.exists()
    if keeps or (rights is not None and not rights.may(Verb.DELETE, held)):
        return
    delete_attached(held)


def _target_of(row: AnnotationLink | None) -> Target | None:
    if row is None:
        return None
    types = ContentType.objects.get_for_models(*KINDS.values())
    kinds = {types[model].pk: kind for kind, model in KINDS.items()}
    kind = kinds.get(row.target_type_id)
    return None if kind is None else Target(kind, row.target_id)
