"""What the pages of installed clients are, for the OpenAPI document."""

from __future__ import annotations

from graticule.web.openapi.model import Answer, Door, Operation

_PAGE = (Answer("text/html", "The page of the client."),)

DOOR = Door(
    name="clients",
    help="Pages of OMERO.web's own clients, where they are installed.",
    operations={
        "viewport": (Operation("An image in OMERO.web's viewer", _PAGE),),
        "plate_panel": (Operation("A plate in OMERO.web's panel", _PAGE),),
    },
    path_parameters={"iid": "The image.", "plate_id": "The plate."},
    errors=(
        Answer("", "To the login page, where the public may not see this.", status=302),
        Answer("text/html", "Not there, not visible, or not installed.", status=404),
    ),
)
