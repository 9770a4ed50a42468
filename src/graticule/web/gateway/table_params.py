"""What the addresses of tables are asked (contract webgateway 12).

Words of the contract become columns, conditions and ways through the catalogue.
Looks nothing up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Model
from django.http import HttpRequest

from graticule.catalog.models import (
    Dataset,
    Image,
    Plate,
    PlateAcquisition,
    Project,
    Roi,
    Screen,
    Shape,
    Well,
    WellSample,
)
from graticule.catalog.models.owned import Named
from graticule.errors import RequestError
from graticule.web.gateway import numbers

_PARENTS: dict[str, type[Named]] = {
    model.__name__: model
    for model in (
        *(Screen, Plate, PlateAcquisition, Well),
        *(Project, Dataset, Image, Roi),
    )
}
# From a class by the contract's property to the catalogue's name and the next class.
_STEPS: dict[tuple[type[Model], str], tuple[str, type[Model]]] = {
    (Screen, "plateLinks.child"): ("plates", Plate),
    (Plate, "screenLinks.parent"): ("screens", Screen),
    (Plate, "wells"): ("wells", Well),
    (Plate, "plateAcquisitions"): ("acquisitions", PlateAcquisition),
    (PlateAcquisition, "plate"): ("plate", Plate),
    (PlateAcquisition, "wellSample"): ("samples", WellSample),
    (Well, "plate"): ("plate", Plate),
    (Well, "wellSamples"): ("samples", WellSample),
    (WellSample, "well"): ("well", Well),
    (WellSample, "image"): ("image", Image),
    (WellSample, "plateAcquisition"): ("acquisition", PlateAcquisition),
    (Project, "datasetLinks.child"): ("datasets", Dataset),
    (Dataset, "projectLinks.parent"): ("projects", Project),
    (Dataset, "imageLinks.child"): ("images", Image),
    (Image, "datasetLinks.parent"): ("datasets", Dataset),
    (Image, "wellSamples"): ("well_samples", WellSample),
    (Image, "rois"): ("rois", Roi),
    (Roi, "image"): ("image", Image),
    (Roi, "shapes"): ("shapes", Shape),
    (Shape, "roi"): ("roi", Roi),
}
_MAX_STEPS = 8
_RANGE = re.compile(r"\s*(\d{1,18})\s*(?:-\s*(\d{1,18})\s*)?")


@dataclass(frozen=True, slots=True)
class ObjectPath:
    """Things whose tables are asked for, and how they hold the thing named by id."""

    parent: type[Named]
    lookup: str
    child: type[Model]


@dataclass(frozen=True, slots=True)
class TableQuery:
    """A query as asked (contract 12.2)."""

    text: str
    names: tuple[str, ...]
    offset: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows and columns as asked (contract 12.7), both from 0."""

    rows: npt.NDArray[np.int64]
    columns: tuple[int, ...]


def object_path(text: str) -> ObjectPath:
    """Read a class and the properties that lead to the thing (contract 12.1).

    Raises
    ------
    graticule.errors.RequestError
        If there is no such class or property.
    """
    first, *names = text.split(".")
    parent = _PARENTS.get(first)
    refused = RequestError(f"{[first, *names]} cannot be queried")
    if parent is None:
        raise refused
    child: type[Model] = parent
    lookups: list[str] = []
    while names:
        # A link is two words: the link, and which end of it.
        words = 2 if names[0].endswith("Links") else 1
        step = _STEPS.get((child, ".".join(names[:words])))
        if step is None or len(lookups) == _MAX_STEPS:
            raise refused
        lookups.append(step[0])
        child, names = step[1], names[words:]
    return ObjectPath(parent, "__".join(lookups), child)


def table_query(request: HttpRequest) -> TableQuery:
    """Read a query, its columns and paging.

    Raises
    ------
    graticule.errors.RequestError
        If no query is given.
    graticule.web.errors.ParameterError
        If ``offset`` or ``limit`` is no integer.
    """
    offset = numbers.integer(request, "offset", 0)
    limit = numbers.integer(request, "limit", None)
    text = request.GET.get("query")
    if not text:
        raise RequestError("Must specify query parameter, use * to retrieve all")
    return TableQuery(
        text,
        tuple(request.GET.getlist("col_names")),
        max(0, offset or 0),
        None if limit is None else max(0, limit),
    )


def row_search(request: HttpRequest) -> tuple[str, int]:
    """Read the condition and where to start (contract 12.6).

    Raises
    ------
    graticule.errors.RequestError
        If no condition is given.
    """
    text = request.GET.get("query")
    if not text:
        raise RequestError("Must specify query")
    start = numbers.integer_or_none(request.GET.get("start", ""))
    return text, max(0, start or 0)


def cut(request: HttpRequest, max_cells: int) -> Cut:
    """Read rows and columns, of the form where one is posted (contract 12.7).

    Raises
    ------
    graticule.errors.RequestError
        If one is missing or no list of numbers and ranges, or if there are more
        than ``max_cells`` cells.
    """
    source: Any = request.POST if request.method == "POST" else request.GET
    try:
        rows = _numbers(source, "rows", max_cells)
        columns = _numbers(source, "columns", max_cells)
        _check_count(rows.size * columns.size, max_cells)
    except RequestError as error:
        raise RequestError(
            f"Need comma-separated list of rows and columns ({error})"
        ) from None
    return Cut(rows, tuple(columns.tolist()))


def _numbers(source: Any, name: str, most: int) -> npt.NDArray[np.int64]:
    if not source.get(name):
        raise RequestError(f"{name} is missing")
    pieces, count = [], 0
    for item in source[name].split(","):
        match = _RANGE.fullmatch(item)
        if match is None:
            raise RequestError(f"{item[:40]!r} in {name} is no number or range")
        first = int(match[1])
        last = first if match[2] is None else int(match[2])
        if last < first:
            raise RequestError(
                f"the range {item[:40]!r} in {name} ends before it begins"
            )
        count += last - first + 1
        _check_count(count, most)
        pieces.append((first, last))
    firsts, lasts = np.array(pieces, np.int64).T
    lengths = lasts - firsts + 1
    # Each number is its range's first, and how far it is from there.
    begins = np.cumsum(lengths) - lengths
    return np.repeat(firsts - begins, lengths) + np.arange(count)


def _check_count(asked: int, most: int) -> None:
    if asked > most:
        raise RequestError(
            f"{asked:,} items are more than max_table_slice_size = {most:,}"
        )
