"""What the JSON API's addresses do, for the OpenAPI document (contract json-api 2, 3).

Knows no view.
"""

from __future__ import annotations

from typing import Any

from graticule.services.saved_objects import DELETED
from graticule.web.api.details import SCHEMA as _SCHEMA
from graticule.web.api.kinds import LISTS, SINGLE, WITHIN
from graticule.web.openapi.model import (
    INDEX,
    INTEGER,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
    reference,
)

_OBJECTS = "api/objects"
_PAGING = (
    Parameter("offset", INDEX, "How many to leave out at the beginning."),
    Parameter("limit", INDEX, "How many at most; api_limit if absent."),
)
_OWNED = (
    Parameter("owner", INTEGER, "Only those of this person."),
    Parameter("group", INTEGER, "Only those of this group."),
    Parameter("orphaned", {"enum": ["true"]}, "Only those within nothing."),
    Parameter("childCount", {"enum": ["true"]}, "Say how much is within each."),
    Parameter(
        "normalize",
        {"enum": ["true"]},
        "Owners and groups once, in lists of their own.",
    ),
)
_PARENTS = {
    "datasets": ("project", "image"),
    "images": ("dataset",),
    "plates": ("screen",),
    "wells": ("plate",),
    "rois": ("image",),
    "projects": ("dataset",),
    "screens": ("plate",),
}
_ERRORS = {
    400: "Not understood.",
    403: "Not permitted, or no login.",
    404: "Not there, or not visible to you.",
    405: "Not this way.",
}


def _error(status: int, said: str) -> Answer:
    """Describe an error: a message, with a stack trace where OMERO has one."""
    body = {"anyOf": [reference("api/error"), reference("api/message")]}
    return Answer("application/json", said, status=status, body=body)


def _answer(body: dict[str, Any], status: int = 200) -> Answer:
    return Answer("application/json", "What was asked for.", body=body, status=status)


def _list(kind: str) -> Answer:
    """Describe a list: objects, and how many there are."""
    objects = reference(_OBJECTS, f"{kind}InList")
    normal = reference(_OBJECTS, f"{kind}Normalized")
    belongs = kind not in {"Experimenter", "ExperimenterGroup", "Shape"}
    items = {"anyOf": [objects, normal]} if belongs else objects
    return _answer(
        {
            "type": "object",
            "properties": {"data": {"type": "array", "items": items}},
            "required": ["data", "meta"],
        }
    )


def _alone(kind: str) -> Answer:
    body = {"data": reference(_OBJECTS, f"{kind}Alone")}
    return _answer({"type": "object", "properties": body, "required": ["data"]})


def _deleted() -> Answer:
    body = {"data": {"type": "object", "required": ["@id", "@type"]}}
    return _answer({"type": "object", "properties": body, "required": ["data"]})


def _saving(method: str, summary: str, status: int) -> Operation:
    """Describe one way to save a project, dataset or screen (contract 6)."""
    kinds = ("Project", "Dataset", "Screen")
    saved = {"anyOf": [reference(_OBJECTS, f"{kind}Alone") for kind in kinds]}
    answer = {"type": "object", "properties": {"data": saved}, "required": ["data"]}
    return Operation(
        summary,
        (_answer(answer, status),),
        (Parameter("group", INTEGER, "Where it belongs; else that of its details."),),
        method=method,
        body={
            "type": "object",
            "properties": {
                "@type": {"enum": [f"{_SCHEMA}#{kind}" for kind in kinds]},
                "@id": INTEGER,
                "Name": TEXT,
                "Description": TEXT,
            },
            "required": ["@type", "Name"],
        },
    )


def _entry(summary: str, schema: str) -> tuple[Operation, ...]:
    answer = Answer("application/json", "What was asked for.", f"api/{schema}")
    return (Operation(summary, (answer,)),)


def _lists() -> dict[str, tuple[Operation, ...]]:
    """Describe the lists, and those within an object."""
    found: dict[str, tuple[Operation, ...]] = {
        f"api_{name}": (Operation(f"The {name}", (_list(kind),), _asked(name)),)
        for name, kind in LISTS.items()
    }
    for outer, name in WITHIN:
        summary = f"The {name} of one of the {outer}"
        found[f"api_{outer}_{name}"] = (
            Operation(summary, (_list(SINGLE[name]),), _asked(name)),
        )
    for outer in ("plates", "plateacquisitions"):
        found[f"api_{outer}_wellsampleindex_wells"] = (
            Operation("The wells, with one field each", (_list("Well"),), _PAGING),
        )
    return found


def _objects() -> dict[str, tuple[Operation, ...]]:
    """Describe the objects themselves."""
    return {
        f"api_{kind.lower()}": (
            Operation(f"One {kind}", (_alone(kind),)),
            *(
                [Operation(f"Delete it: {kind}", (_deleted(),), method="DELETE")]
                if kind in DELETED
                else []
            ),
        )
        for kind in SINGLE.values()
    }


def _asked(name: str) -> tuple[Parameter, ...]:
    parents = tuple(
        Parameter(parent, INTEGER, f"Only those of this {parent}.")
        for parent in _PARENTS.get(name, ())
    )
    return (*_PAGING, *_OWNED, *parents)


DOOR = Door(
    name="api",
    help="OMERO's JSON API: objects with their fields, by OME's names.",
    operations=_lists()
    | _objects()
    | {
        "api_save": (
            _saving("POST", "Make a project, dataset or screen", 201),
            _saving("PUT", "Replace what one says; @id says which", 200),
        ),
        "api_versions": _entry("The versions there are", "versions"),
        "api_base": _entry("Where everything is", "base"),
        "api_token": _entry("The token that forms must carry", "token"),
        "api_servers": _entry("The servers to log in to: this one", "servers"),
        "api_login": (
            Operation(
                "Log in",
                (Answer("application/json", "Who is in now.", "api/login"),),
                method="POST",
                form=(
                    Parameter("username", TEXT, "The user name.", required=True),
                    Parameter("password", TEXT, "The password.", required=True),
                    Parameter("server", INTEGER, "1.", required=True),
                ),
            ),
        ),
    },
    path_parameters={
        "version": "The version, 0.",
        "thing": "Its id.",
        "sample": "The field, from 0.",
        **{name.removesuffix("s"): f"The {name.removesuffix('s')}." for name in SINGLE},
    },
    errors=tuple(_error(status, said) for status, said in _ERRORS.items()),
    schemas=(_OBJECTS, "api/error", "api/message"),
)
