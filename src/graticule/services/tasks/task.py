"""What a kind of job declares, once, for every way in.

Its parameters are a pydantic model: HTTP parsing, the HTML form, the command line
and the OpenAPI document all read it. Knows no HTTP and no kind of job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from graticule.catalog.models import Person
from graticule.errors import RequestError
from graticule.jobs.executors.base import Given
from graticule.jobs.executors.work import Work
from graticule.services.tasks import pql


class Parameters(BaseModel):
    """Base of all parameters; texts become numbers where numbers are declared.

    Fields are in lower case; outside they are written in upper case, as the
    standard's own parameters are.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)


class MultipleValuesError(RequestError):
    """A single-valued parameter was given several values (U53)."""


@dataclass(frozen=True)
class Task:
    """One kind of job.

    Parameters
    ----------
    name
        In addresses and commands.
    title, help
        For people.
    parameters
        Their model; a field with a list collects values.
    run
        Does the work for a person; results are written through the
        :class:`~graticule.jobs.executors.work.Work`.
    targets
        What it can be started for, as the menus of pages need it: the kind of a
        thing (``image``, ``dataset``, ``project``, ``plate``, ``screen``) to the
        outward name of the parameter that takes its id, as in
        ``{"image": "IMAGE", "dataset": "DATASET"}``. From the image page, parameters
        called Z and T (from 0), C, MAPS, M and P (the gateway's words) are filled
        with what is on the screen.
    sync
        Whether it may be done in the request itself. Not what changes the catalogue:
        whoever follows a link must not change anything (U98).
    inline
        Whether ``sync`` does it in the request's own thread, and not as a job of a
        process: for what is quick. It looks at ``work.check_time`` now and then, and
        where ``work.asker_waits`` writes one result, or none for "nothing there".
    takes_uploads
        Whether files of any names may come with it (``UPLOAD=name,param:part``); it
        finds them by :func:`uploads_in`.
    address_parameter
        The outward name of a parameter that is the address of this server. The door
        that a request comes through fills it in; nobody can send it.
    style
        How values are written: ``dali``, or ``pql`` for lists and ranges within one
        value (U55). What is kept and shown is what was sent.
    intervals
        Outward names of parameters whose values are intervals, for ``pql``.
    groups
        Headings, and the outward names of the parameters that its form has below
        them; the others stand before. None of these may be required.
    plain_errors
        Whether its door says what went wrong as plain text that begins with a label
        (SODA), and not as a VOTable.
    """

    name: str
    title: str
    help: str
    parameters: type[Parameters]
    run: Callable[[Work, Any, Person], None]
    targets: Mapping[str, str] = field(default_factory=dict)
    sync: bool = True
    inline: bool = False
    plain_errors: bool = False
    style: Literal["dali", "pql"] = "dali"
    intervals: frozenset[str] = frozenset()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    takes_uploads: bool = False
    address_parameter: str = ""

    @property
    def fields(self) -> dict[str, FieldInfo]:
        """The parameters by their outward names."""
        return {
            name.upper(): info for name, info in self.parameters.model_fields.items()
        }

    @property
    def multiple(self) -> frozenset[str]:
        """The outward names of parameters that collect values."""
        return frozenset(name for name, info in self.fields.items() if is_list(info))

    def parse(self, given: Iterable[Given]) -> Parameters:
        """Make the parameters out of texts.

        Raises
        ------
        graticule.errors.RequestError
            With every complaint there is, in one sentence each.
        """
        texts: dict[str, list[str]] = {}
        for each in given:
            info = self.fields.get(each.name.upper())
            if info is not None and (each.file or each.value):
                _check_kind(each, info)
            read = [each.file] if each.file else self._written(each, info)
            texts.setdefault(each.name.upper(), []).extend(read)
        values: dict[str, Any] = {}
        for name, found in texts.items():
            if name not in self.fields or not any(found):
                # An empty value counts as absent: forms send all their fields.
                continue
            if name in self.multiple:
                values[name.lower()] = found
            elif len(found) > 1:
                raise MultipleValuesError(
                    f"MultiValuedParamNotSupported: {name} takes one value, "
                    f"not {len(found)}."
                )
            else:
                values[name.lower()] = found[0]
        try:
            return self.parameters.model_validate(values)
        except ValidationError as error:
            raise RequestError(_complaints(error)) from error

    def _written(self, each: Given, info: FieldInfo | None) -> list[str]:
        """Give the values that a text stands for in the task's style."""
        if self.style == "dali" or info is None or not each.value:
            return [each.value]
        kind = kind_of(info)
        if each.name.upper() in self.intervals:
            kind = pql.Kind.INTERVAL
        try:
            return pql.dali_texts(each.value, kind)
        except ValueError as error:
            raise RequestError(f"UsageError: {each.name.upper()}: {error}.") from error


UPLOADED = "UPLOAD."
"""What the names of such parameters begin with that are files of any name."""


def uploads_in(given: Iterable[Given]) -> Iterator[tuple[str, str, str]]:
    """Give name, file and address of each upload of a job; one of the two is empty."""
    for each in given:
        if each.name.startswith(UPLOADED):
            url = "" if each.file else each.value
            yield each.name.removeprefix(UPLOADED), each.file, url


def kind_of(info: FieldInfo) -> pql.Kind:
    """Say what a parameter takes, by its declared type."""
    kinds = {info.annotation}
    for _ in range(3):  # lists of annotated numbers, or nothing
        kinds |= {inner for kind in kinds for inner in get_args(kind)}
    if int in kinds:
        return pql.Kind.WHOLE
    return pql.Kind.NUMBER if float in kinds else pql.Kind.TEXT


def is_list(info: FieldInfo) -> bool:
    """Say whether a parameter collects values."""
    kinds: Sequence[Any] = (info.annotation, *get_args(info.annotation))
    return any(get_origin(kind) in {list, tuple} for kind in kinds)


def is_file(info: FieldInfo) -> bool:
    """Say whether a parameter is an uploaded file: declared as a path."""
    kinds = [info.annotation, *get_args(info.annotation)]
    return Path in {*kinds, *(inner for kind in kinds for inner in get_args(kind))}


def _check_kind(each: Given, info: FieldInfo) -> None:
    """Refuse texts for files: they would be read as paths on the server."""
    takes_file = is_file(info)
    if takes_file and not each.file:
        raise RequestError(
            f"UsageError: {each.name} is a file; send it as multipart/form-data."
        )
    if each.file and not takes_file:
        raise RequestError(f"UsageError: {each.name} is a text, not a file.")


def _complaints(error: ValidationError) -> str:
    """Say what is wrong with which parameter, in upper case as outside."""
    said = []
    for each in error.errors(include_url=False):
        name = str(each["loc"][0]).upper() if each["loc"] else ""
        if each["type"] == "missing":
            said.append(f"{name} is required")
        else:
            message = each["msg"].removeprefix("Value error, ")
            said.append(f"{name}: {message}" if name else message)
    return "UsageError: " + "; ".join(said)
