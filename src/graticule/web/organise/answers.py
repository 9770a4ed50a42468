"""Changes, targets and tags in this door's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from graticule.catalog.models import Group, Person
from graticule.services.organising import words
from graticule.services.organising.containers import Deletion
from graticule.services.organising.targets import Targets, UsedTag
from graticule.services.organising.undoing import Done
from graticule.services.tasks.registry import tasks

Json = dict[str, Any]


def done(change: Done) -> Json:
    """Write a change: what was done, how to undo it, what was made."""
    return {
        "message": change.said,
        "undo": None
        if change.expires is None
        else {"token": change.token, "expires": change.expires.isoformat()},
        "made": [
            {
                "kind": thing.kind,
                "id": thing.id,
                "url": reverse(thing.kind, args=[thing.id]),
            }
            for thing in change.things
        ],
    }


def deletion(plan: Deletion) -> Json:
    """Write what a deletion takes and leaves, in numbers and words."""
    taken = {kind: len(ids) for kind, ids in plan.taken.items()}
    return {
        "taken": taken,
        "inside": {kind: len(ids) for kind, ids in plan.inside.items() if ids},
        "stays": words.stay(plan.orphans),
    }


def targets(found: Targets) -> Json:
    """Write containers that things can be put into."""
    return {
        "kind": found.kind,
        "complete": found.complete,
        "targets": [
            {"id": each.id, "name": each.name, "within": list(each.within)}
            for each in found.targets
        ],
    }


def tags(found: Iterable[UsedTag]) -> Json:
    """Write tags with how many things bear them."""
    return {
        "tags": [{"id": tag.id, "text": tag.text, "count": tag.count} for tag in found]
    }


def offers(person: Person, groups: Iterable[Group]) -> Json:
    """Write where a person may make things, and which jobs take several images."""
    return {
        "groups": [
            {
                "id": group.pk,
                "name": group.name,
                "usual": group.pk == person.default_group_id,
            }
            for group in groups
        ],
        "jobs": [
            {
                "title": task.title,
                "help": task.help,
                "url": reverse("uws_list", args=[task.name]),
                "parameter": task.targets["image"],
            }
            for task in tasks().values()
            if task.targets.get("image") in task.multiple
        ],
    }
