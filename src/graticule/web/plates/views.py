"""Values and fields of a plate's wells: parse, authorise, ask, encode, reply."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from graticule.catalog.models import Plate
from graticule.errors import GraticuleError, NotFoundError
from graticule.services.containers import find
from graticule.services.plate_values import columns_of, values_of
from graticule.services.plates import label
from graticule.services.well_images import images_by_well
from graticule.web import errors
from graticule.web.errors import NotLoggedInError
from graticule.web.plates import params
from graticule.web.principal import person_of

_LARGEST_ID = 2**63 - 1


def _json(view: Callable[..., dict[str, Any]]) -> Callable[..., HttpResponse]:
    """Answer with JSON; what goes wrong is a message with its true status."""

    @wraps(view)
    def answer(request: HttpRequest, plate_id: int) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            refusal = {"message": "Only GET is answered here."}
            return JsonResponse(refusal, status=405, headers={"Allow": "GET, HEAD"})
        try:
            found = _plate(request, plate_id)
            return JsonResponse(view(request, found))
        except NotLoggedInError:
            return JsonResponse({"message": "Log in to see this."}, status=401)
        except GraticuleError as error:
            errors.log(request, error)
            said = {"message": errors.public_message(error)}
            return JsonResponse(said, status=errors.status_of(error))

    return answer


def _plate(request: HttpRequest, plate_id: int) -> Plate:
    asked = plate_id if plate_id <= _LARGEST_ID else 0
    try:
        return find(person_of(request), Plate.objects.all(), asked)
    except NotFoundError as error:
        raise NotFoundError(
            f"There is no plate {plate_id}, or none that you may see."
        ) from error


@_json
def columns(request: HttpRequest, plate: Plate) -> dict[str, Any]:
    """List the columns that wells can be coloured by."""
    return {
        "columns": [
            {
                "table": column.table_id,
                "tableName": column.table_name,
                "column": column.index,
                "name": column.name,
            }
            for column in columns_of(person_of(request), plate)
        ]
    }


@_json
def values(request: HttpRequest, plate: Plate) -> dict[str, Any]:
    """Give one number a well."""
    table_id = params.number(request, "table")
    index = params.number(request, "column")
    how = params.together(request)
    column, found = values_of(person_of(request), plate, table_id, index, how)
    numbers = list(found.values())
    return {
        "name": column.name,
        "description": column.description,
        "how": how.value,
        "least": min(numbers, default=None),
        "greatest": max(numbers, default=None),
        "wells": [
            {"row": row, "column": column, "value": value}
            for (row, column), value in found.items()
        ],
    }


@_json
def wells(request: HttpRequest, plate: Plate) -> dict[str, Any]:
    """List the images of every well, in the order of their fields."""
    run_id = params.number(request, "acquisition", 0) or None
    found = images_by_well(person_of(request), plate, run_id)
    return {
        "wells": [
            {
                "row": row,
                "column": column,
                "label": label(row, plate.row_naming)
                + label(column, plate.column_naming),
                "images": [{"id": pk, "name": name} for pk, name in images],
            }
            for (row, column), images in sorted(found.items())
        ]
    }
