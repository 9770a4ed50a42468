"""All that a thing bears, and what a person may do to it. Knows no JSON."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, QuerySet

from graticule.catalog.access import Rights, Verb, rights_of, visible_to
from graticule.catalog.models import Annotation, AnnotationLink, Person
from graticule.catalog.models.owned import Named
from graticule.catalog.models.people import PUBLIC, Permissions
from graticule.errors import NotFoundError
from graticule.services.annotating.targets import KINDS, Target
from graticule.services.annotating.values import may_unlink
from graticule.services.annotations_on import links_on
from graticule.services.paths import Path, first_of


@dataclass(frozen=True, slots=True)
class Borne:
    """One annotation on a thing.

    Attributes
    ----------
    elsewhere
        How many other links it has: what else a change of it would change.
    may_edit, may_remove
        What the person may do to the annotation, and to its being here.
    """

    link: AnnotationLink
    held: Annotation
    elsewhere: int
    may_edit: bool
    may_remove: bool


@dataclass(frozen=True, slots=True)
class State:
    """A thing as a person sees it.

    Attributes
    ----------
    refused
        Why the person may not annotate and not edit; empty where they may.
    """

    target: Target
    thing: Named
    person: Person
    paths: list[Path]
    borne: list[Borne]
    refused_annotate: str
    refused_edit: str
    max_file_bytes: int
    max_table_bytes: int


def state_of(person: Person, target: Target) -> State:
    """Look up a thing with all that it bears.

    Raises
    ------
    graticule.errors.NotFoundError
        If it is not there, or not for this person.
    """
    model = KINDS[target.kind]
    rows: QuerySet[Named] = QuerySet(model).filter(pk=target.id)
    thing = visible_to(person, rows).select_related("owner", "group").first()
    if thing is None:
        raise NotFoundError(
            f"There is no {target.kind} {target.id}, or none that you may see."
        )
    rights = rights_of(person)
    links = links_on(person, {model: [target.id]})
    return State(
        target,
        thing,
        person,
        first_of(person, [(model, target.id)]),
        [_borne(rights, thing, link, _elsewhere(links)) for link in links],
        _refused(rights, Verb.ANNOTATE, thing),
        _refused(rights, Verb.EDIT, thing),
        settings.GRATICULE["max_attachment_bytes"],
        settings.GRATICULE["max_table_upload_bytes"],
    )


def _elsewhere(links: list[AnnotationLink]) -> dict[int, int]:
    ids = {link.annotation_id for link in links}
    counted = AnnotationLink.objects.filter(annotation__in=ids).order_by()
    return dict(
        counted.values_list("annotation").annotate(
            things=Count("target_id", distinct=True)
        )
    )


def _borne(
    rights: Rights, thing: Named, link: AnnotationLink, uses: dict[int, int]
) -> Borne:
    held = link.annotation
    return Borne(
        link,
        held,
        uses.get(held.pk, 1) - 1,
        rights.may(Verb.EDIT, held),
        may_unlink(rights, link.owner_id, thing),
    )


def _refused(rights: Rights, verb: Verb, thing: Named) -> str:
    """Say why a person may not do something; nothing where they may."""
    if rights.may(verb, thing):
        return ""
    if rights.person is None or rights.person.username == PUBLIC:
        return f"Log in to {verb.value} this."
    level = Permissions(thing.group.permissions).label.partition(":")[0]
    return (
        f"The group {thing.group.name} is {level}: only {thing.owner.full_name} and "
        f"owners of the group may {verb.value} this."
    )
