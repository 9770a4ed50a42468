"""Projects, datasets, screens, people and groups (contract json-api 4, 4.1)."""

from __future__ import annotations

from graticule.catalog.models import Dataset, Group, Person, Project, Screen
from graticule.web.api.details import Answering, Json, said

SCREEN_FACTS = (
    "Type",
    "ProtocolDescription",
    "ProtocolIdentifier",
    "ReagentSetDescription",
    "ReagentSetIdentifier",
)
"""What a screen may say besides name and description."""


def project(who: Answering, row: Project, *, listed: bool) -> Json:
    """Write a project."""
    at = who.addresses.of_objects
    answer = {
        **who.base("Project", row),
        "Name": row.name,
        **said(Description=row.description),
        "url:datasets": at("projects", row.pk, "datasets"),
    }
    return {**answer, "url:project": at("projects", row.pk)} if listed else answer


def dataset(who: Answering, row: Dataset, *, listed: bool) -> Json:
    """Write a dataset."""
    at = who.addresses.of_objects
    answer = {
        **who.base("Dataset", row),
        "Name": row.name,
        **said(Description=row.description),
        "url:images": at("datasets", row.pk, "images"),
        "url:projects": at("datasets", row.pk, "projects"),
    }
    return {**answer, "url:dataset": at("datasets", row.pk)} if listed else answer


def screen(who: Answering, row: Screen, *, listed: bool) -> Json:
    """Write a screen."""
    at = who.addresses.of_objects
    answer = {
        **who.base("Screen", row),
        "Name": row.name,
        **said(Description=row.description),
        **said(**{key: row.facts.get(key) for key in SCREEN_FACTS}),
        "url:plates": at("screens", row.pk, "plates"),
    }
    return {**answer, "url:screen": at("screens", row.pk)} if listed else answer


def experimenter(who: Answering, row: Person, *, listed: bool) -> Json:
    """Write a person."""
    at = who.addresses.of_objects
    groups = at("experimenters", row.pk, "experimentergroups")
    answer = {**who.experimenter(row), "url:experimentergroups": groups}
    if listed:
        answer["url:experimenter"] = at("experimenters", row.pk)
    return answer


def experimenter_group(who: Answering, row: Group, *, listed: bool) -> Json:
    """Write a group."""
    at = who.addresses.of_objects
    members = at("experimentergroups", row.pk, "experimenters")
    answer = {**who.experimenter_group(row), "url:experimenters": members}
    if listed:
        answer["url:experimentergroup"] = at("experimentergroups", row.pk)
    return answer
