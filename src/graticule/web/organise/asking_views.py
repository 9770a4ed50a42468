"""Views that dialogs ask before something is changed; they change nothing.

Some are posted to all the same: a selection is too long for an address.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from graticule.services.organising import containers
from graticule.services.organising import targets as offered
from graticule.web.organise import answers
from graticule.web.organise.params import Body
from graticule.web.organise.wrapper import organise_view
from graticule.web.principal import person_of


@organise_view()
def deletion(request: HttpRequest) -> dict[str, Any]:
    """Say what a deletion would take and leave."""
    body = Body(request)
    plan = containers.plan_deletion(
        person_of(request), body.things(), contents=body.truth("contents")
    )
    return answers.deletion(plan)


@organise_view()
def targets(request: HttpRequest) -> dict[str, Any]:
    """List what things can be put into."""
    body = Body(request)
    found = offered.targets(person_of(request), body.things(), body.text("q") or "")
    return answers.targets(found)


@organise_view()
def tags_of(request: HttpRequest) -> dict[str, Any]:
    """List the tags that things bear."""
    return answers.tags(offered.tags_of(person_of(request), Body(request).things()))


@organise_view("GET")
def offers(request: HttpRequest) -> dict[str, Any]:
    """List the groups one may make things in, and the jobs that take images."""
    person = person_of(request)
    return answers.offers(person, offered.groups_of(person))
