"""The OpenAPI 3.1 document, put together from routes and the doors' tables.

Knows no door: which there are is told by :mod:`graticule.web.openapi.doors`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

from graticule import __version__
from graticule.web.openapi.model import (
    Answer,
    Door,
    Operation,
    Parameter,
    component,
    reference,
)
from graticule.web.openapi.routes import Route

_DIGITS = "[0-9]+"


def document(
    routes: Iterable[Route], doors: Iterable[Door], root: str
) -> dict[str, Any]:
    """Describe the routes that the doors describe.

    Parameters
    ----------
    root
        The path before every address, such as ``/images``; may be empty.
    """
    doors = list(doors)
    described = {
        name: (door, operations)
        for door in doors
        for name, operations in door.operations.items()
    }
    paths: dict[str, dict[str, Any]] = {}
    used: set[str] = set()
    for route in routes:
        if route.name not in described:
            continue
        door, operations = described[route.name]
        for operation in operations:
            entry = _operation(route, door, operation)
            if entry["operationId"] in used:  # the same thing at another address
                entry["operationId"] += f"-{route.path.strip('/').replace('/', '-')}"
            used.add(entry["operationId"])
            paths.setdefault(route.path, {})[operation.method.lower()] = entry
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Graticule",
            "version": __version__,
            "summary": "Images of microscopy and astronomy over HTTP",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": root or "/"}],
        "tags": [{"name": door.name, "description": door.help} for door in doors],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(_schemas(doors)),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
                "password": {"type": "http", "scheme": "basic"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
        # Nothing is needed for what the public may see.
        "security": [{}, {"session": []}, {"password": []}, {"token": []}],
    }


def _operation(route: Route, door: Door, operation: Operation) -> dict[str, Any]:
    number = "_".join(route.parameters)
    entry: dict[str, Any] = {
        "operationId": "-".join(
            part for part in (operation.method.lower(), route.name, number) if part
        ),
        "summary": operation.summary,
        "tags": [door.name],
        "parameters": [
            *(_within(name, route, door) for name in route.parameters),
            *(_parameter(parameter) for parameter in operation.parameters),
        ],
        "responses": _answers((*operation.answers, *door.errors)),
    }
    if operation.form:
        entry["requestBody"] = {
            "content": {
                "application/x-www-form-urlencoded": {"schema": _form(operation)}
            }
        }
    elif operation.body is not None:
        entry["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": operation.body}},
        }
    return entry


def _within(name: str, route: Route, door: Door) -> dict[str, Any]:
    pattern = route.parameters[name]
    schema: dict[str, Any] = {"type": "integer", "minimum": 0}
    if pattern != _DIGITS:
        schema = {"type": "string", "pattern": f"^(?:{pattern})$"}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": door.path_parameters.get(name, ""),
        "schema": schema,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.help,
        "schema": parameter.schema,
    }
    if parameter.example is not None:
        entry["example"] = parameter.example
    return entry


def _form(operation: Operation) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            parameter.name: parameter.schema | {"description": parameter.help}
            for parameter in operation.form
        },
        "required": [field.name for field in operation.form if field.required],
    }


def _answers(answers: tuple[Answer, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for answer in answers:
        entry = found.setdefault(str(answer.status), {"description": answer.help})
        if answer.media_type:
            content = entry.setdefault("content", {})
            schema = answer.body or {}
            if answer.schema:
                schema = reference(answer.schema)
            content.setdefault(answer.media_type, {"schema": schema})
    return found


def _schemas(doors: Iterable[Door]) -> Iterator[tuple[str, Any]]:
    """Read the schema files that answers name; their own references move along."""
    names = {
        answer.schema
        for door in doors
        for operations in door.operations.values()
        for operation in operations
        for answer in (*operation.answers, *door.errors)
        if answer.schema
    } | {name for door in doors for name in door.schemas}
    for name in sorted(names):
        door, file = name.split("/")
        path = files("graticule.web") / door / "schemas" / f"{file}.json"
        text = path.read_text(encoding="utf-8")
        named = component(name)
        text = text.replace('"#/$defs/', f'"#/components/schemas/{named}/$defs/')
        schema = json.loads(text)
        schema.pop("$schema", None)
        yield named, schema
