"""What this door's addresses do, for the OpenAPI document; knows no view."""

from __future__ import annotations

from graticule.web.openapi.model import Answer, Door, Operation, Parameter

_ID = {"type": "integer", "minimum": 1}
_KIND = {"enum": ["project", "dataset", "screen", "plate", "image"]}
_JSON = "application/json"

DOOR = Door(
    name="share",
    help="Links that show one thing to whoever holds them, read-only, for a while.",
    operations={
        "share_page": (
            Operation("One's own links", (Answer("text/html", "A page."),)),
            Operation(
                "End a link, by the page's form",
                (Answer("", "To the page.", status=302),),
                method="POST",
                form=(Parameter("link", _ID, "The link.", required=True),),
            ),
        ),
        "share_links": (
            Operation(
                "One's own links",
                (Answer(_JSON, "Those that are still good.", "share/links"),),
                (
                    Parameter("kind", _KIND, "Only links to this kind of thing."),
                    Parameter("id", _ID, "Only links to this one; needs kind."),
                ),
            ),
            Operation(
                "Make a link",
                (Answer(_JSON, "Its address, told once.", "share/made"),),
                method="POST",
                body={
                    "type": "object",
                    "properties": {
                        "thing": {
                            "type": "object",
                            "properties": {"kind": _KIND, "id": _ID},
                            "required": ["kind", "id"],
                        },
                        "days": {**_ID, "description": "How long it is good."},
                    },
                    "required": ["thing", "days"],
                },
            ),
        ),
        "share_revoke": (
            Operation(
                "End a link",
                (Answer(_JSON, "It shows nothing any more.", "organise/error"),),
                method="POST",
                body={
                    "type": "object",
                    "properties": {"link": _ID},
                    "required": ["link"],
                },
            ),
        ),
    },
    errors=(
        Answer(_JSON, "Not understood, or too many.", "organise/error", status=400),
        Answer(_JSON, "Nobody is logged in.", "organise/error", status=401),
        Answer(_JSON, "Not permitted.", "organise/error", status=403),
        Answer(_JSON, "Not visible to you.", "organise/error", status=404),
    ),
)
