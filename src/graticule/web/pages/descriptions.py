"""What the pages' addresses show, for the OpenAPI document; knows no view."""

from __future__ import annotations

from graticule.web.openapi.model import (
    IDS,
    INDEX,
    TEXT,
    Answer,
    Door,
    Operation,
    Parameter,
)

_PAGE = Answer("text/html", "A page.")


def _page(summary: str, *parameters: Parameter) -> tuple[Operation, ...]:
    return (Operation(summary, (_PAGE,), parameters),)


_PAGING = Parameter("page", {"type": "integer", "minimum": 1}, "Which page, from 1.")

DOOR = Door(
    name="pages",
    help="What people see.",
    operations={
        "start": _page(
            "Everything; with a search, the way to its results",
            Parameter("q", TEXT, "What to search for."),
            _PAGING,
        ),
        "project": _page("A project and its datasets", _PAGING),
        "dataset": _page("A dataset and its images", _PAGING),
        "screen": _page("A screen and its plates", _PAGING),
        "plate": _page(
            "A plate and its wells",
            Parameter("field", INDEX, "Which field, from 1."),
            Parameter("acquisition", INDEX, "Only those of this acquisition."),
        ),
        "plate_well": (
            Operation(
                "The way to a well by its place",
                (Answer("", "To its page.", status=302),),
            ),
        ),
        "well": _page("A well and its fields"),
        "image": _page("An image in the viewer"),
        "compare": _page(
            "Images side by side, looked at together",
            Parameter("image", IDS, "Which images.", required=True, example=[1]),
            Parameter(
                "split", TEXT, "There: the channels of the first one, from this one on."
            ),
        ),
        "login": _page(
            "The login form", Parameter("url", TEXT, "Where to go afterwards.")
        ),
        "openapi": (
            Operation(
                "This description",
                (Answer("application/json", "An OpenAPI 3.1 document."),),
            ),
        ),
        "openapi_page": _page("This description, to read and to try"),
    },
    path_parameters={
        name: f"The {name.removesuffix('_id')}."
        for name in ("project_id", "dataset_id", "screen_id", "plate_id", "well_id")
    }
    | {"iid": "The image.", "row": "From 0.", "column": "From 0."},
    errors=(
        Answer("", "To the login page, where the public may not see this.", status=302),
        Answer("text/html", "A parameter cannot be understood.", status=400),
        Answer("text/html", "Not there, or not visible to you.", status=404),
    ),
)
