"""The fields of the form that makes a job, from the parameters' model (U10).

Types, ranges, choices, defaults and descriptions are declared once, with the task;
here they become what a template needs to draw inputs. Knows no request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from graticule.errors import RequestError
from graticule.jobs.executors.base import Given
from graticule.services.tasks.task import MultipleValuesError, Task

_YES = frozenset({"true", "1", "yes", "on", "t", "y"})
_MOST_ROWS = 10
_LONG = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values a parameter can have."""

    value: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as an input.

    Parameters
    ----------
    kind
        ``text``, ``long``, ``lines`` (one value a line), ``number``, ``tick``,
        ``choice``, ``choices`` (several) or ``file``.
    limits
        Attributes of a number's input: ``min``, ``max``, ``step``.
    complaint
        What is wrong with the value.
    """

    name: str
    label: str
    help: str
    kind: str
    required: bool
    value: str = ""
    choices: tuple[Choice, ...] = ()
    limits: Mapping[str, str] = field(default_factory=dict)
    longest: int | None = None
    complaint: str = ""

    @property
    def ticked(self) -> bool:
        """Whether a tick is set."""
        return self.value.lower() in _YES

    @property
    def rows(self) -> int:
        """How many lines a box of text shows."""
        return min(_MOST_ROWS, max(2, self.value.count("\n") + 1))


def fields_of(
    task: Task,
    given: Mapping[str, Sequence[str]],
    complaints: Mapping[str, str] | None = None,
) -> list[Field]:
    """Describe the inputs of a task's parameters.

    Parameters
    ----------
    given
        Values that the inputs show, by outward name; others show their default.
    complaints
        What is wrong with them, by outward name.
    """
    schema = task.parameters.model_json_schema()
    definitions = schema.get("$defs", {})
    said = complaints or {}
    return [
        _field(
            name,
            info,
            _plain(schema["properties"].get(name.lower(), {}), definitions),
            [text for text in given.get(name, ()) if text],
            said.get(name, ""),
        )
        for name, info in task.fields.items()
        if name != task.address_parameter
    ]


@dataclass(frozen=True, slots=True)
class Section:
    """Some of the fields of a form below a heading.

    Attributes
    ----------
    is_open
        Whether they are shown at once: because one has a value, or is wrong.
    """

    heading: str
    fields: tuple[Field, ...]
    is_open: bool


def sections_of(task: Task, fields: Sequence[Field]) -> list[Section]:
    """Order the fields of a form; those without a heading come first."""
    grouped = {name for names in task.groups.values() for name in names}
    first = tuple(each for each in fields if each.name not in grouped)
    found = [Section("", first, is_open=True)]
    for heading, names in task.groups.items():
        these = tuple(each for each in fields if each.name in names)
        said = any(each.value or each.complaint for each in these)
        found.append(Section(heading, these, is_open=said))
    return found


def complaints_about(task: Task, given: Sequence[Given]) -> dict[str, str]:
    """Say what is wrong with parameters, by outward name; nothing if all is well."""
    try:
        task.parse(given)
    except MultipleValuesError:
        return {}
    except RequestError as error:
        cause = error.__cause__
        if isinstance(cause, ValidationError):
            return {
                str(each["loc"][0]).upper(): _words(each["msg"])
                for each in cause.errors(include_url=False)
                if each["loc"]
            }
    return {}


def _words(message: str) -> str:
    return message.removeprefix("Value error, ")


def _field(
    name: str,
    info: FieldInfo,
    schema: Mapping[str, Any],
    texts: list[str],
    complaint: str,
) -> Field:
    values = texts or _defaults(info)
    kind, options = _kind(schema)
    return Field(
        name=name,
        label=info.title or name.replace("_", " ").capitalize(),
        help=info.description or "",
        kind=kind,
        required=info.is_required(),
        value="\n".join(values),
        choices=tuple(Choice(each, each in values) for each in options),
        limits=_limits(schema) if kind == "number" else {},
        longest=schema.get("maxLength"),
        complaint=complaint,
    )


def _kind(schema: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Choose the input for a schema, and say what there is to choose from."""
    if "enum" in schema or "const" in schema:
        return "choice", _options(schema)
    kind = schema.get("type")
    if kind == "array":
        items = schema["items"]
        options = _options(items)
        return ("choices", options) if options else ("lines", [])
    if kind in {"integer", "number"}:
        return "number", []
    if kind == "boolean":
        return "tick", []
    if schema.get("format") == "path":
        return "file", []
    return ("long" if schema.get("maxLength", 0) > _LONG else "text"), []


def _options(schema: Mapping[str, Any]) -> list[str]:
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return [str(value) for value in values]


def _plain(
    schema: Mapping[str, Any], definitions: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Follow references and leave out "or nothing"."""
    if "$ref" in schema:
        return _plain(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        some = [each for each in schema["anyOf"] if each.get("type") != "null"]
        return _plain(some[0], definitions) if len(some) == 1 else {}
    if schema.get("type") == "array":
        return {**schema, "items": _plain(schema.get("items", {}), definitions)}
    return schema


def _limits(schema: Mapping[str, Any]) -> dict[str, str]:
    """Say the range of a number as an input's attributes.

    A bound that is itself excluded is left to the server, but for whole numbers,
    where it is the next one.
    """
    whole = schema.get("type") == "integer"
    step = schema.get("multipleOf", 1 if whole else "any")
    found = {"step": _text(step)}
    for attribute, bound, beyond, inwards in (
        ("min", "minimum", "exclusiveMinimum", 1),
        ("max", "maximum", "exclusiveMaximum", -1),
    ):
        if bound in schema:
            found[attribute] = _text(schema[bound])
        elif beyond in schema and whole:
            found[attribute] = _text(schema[beyond] + inwards)
    return found


def _defaults(info: FieldInfo) -> list[str]:
    if info.is_required():
        return []
    default = info.get_default(call_default_factory=True, validated_data={})
    several = default if isinstance(default, (list, tuple)) else [default]
    return [_text(value) for value in several if value is not None]


def _text(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
