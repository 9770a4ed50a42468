"""Views that change how things are arranged; each answers how to undo it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from graticule.catalog.models import Person
from graticule.services.organising import containers, placing, undoing
from graticule.web.errors import NotLoggedInError
from graticule.web.organise import answers
from graticule.web.organise.params import Body
from graticule.web.organise.wrapper import organise_view
from graticule.web.principal import is_public, writer_of


def _writer(request: HttpRequest) -> Person:
    if is_public(request):
        raise NotLoggedInError
    return writer_of(request)


@organise_view()
def create(request: HttpRequest) -> dict[str, Any]:
    """Make a project, dataset or screen."""
    person, body = _writer(request), Body(request)
    change = containers.create(
        person,
        body.container_kind(),
        body.name() or "",
        description=body.description() or "",
        parent=body.optional_thing("parent"),
        group_id=body.id("group"),
    )
    return answers.done(change)


@organise_view()
def describe(request: HttpRequest) -> dict[str, Any]:
    """Rename or describe something."""
    person, body = _writer(request), Body(request)
    name, description = body.name(required=False), body.description()
    change = containers.describe(person, body.thing("thing"), name, description)
    return answers.done(change)


@organise_view()
def move(request: HttpRequest) -> dict[str, Any]:
    """Move things into a container."""
    person, body = _writer(request), Body(request)
    origin = body.optional_thing("from")
    change = placing.move(person, body.things(), body.thing("to"), origin)
    return answers.done(change)


@organise_view()
def copy(request: HttpRequest) -> dict[str, Any]:
    """Put things into a further container."""
    person, body = _writer(request), Body(request)
    return answers.done(placing.copy(person, body.things(), body.thing("to")))


@organise_view()
def remove(request: HttpRequest) -> dict[str, Any]:
    """Take things out of a container."""
    person, body = _writer(request), Body(request)
    return answers.done(placing.remove(person, body.things(), body.thing("from")))


@organise_view()
def delete(request: HttpRequest) -> dict[str, Any]:
    """Delete containers."""
    person, body = _writer(request), Body(request)
    contents = body.truth("contents")
    return answers.done(containers.delete(person, body.things(), contents=contents))


@organise_view()
def undo(request: HttpRequest) -> dict[str, Any]:
    """Take a change back."""
    person, body = _writer(request), Body(request)
    return answers.done(undoing.undo(person, body.text("token") or ""))
