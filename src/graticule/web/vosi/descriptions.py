"""What the addresses of VOSI at the root do, for the OpenAPI document."""

from __future__ import annotations

from graticule.web.openapi.model import Answer, Door, Operation

_XML = Answer("application/xml", "As VOSI 1.1 writes it.")

DOOR = Door(
    name="vosi",
    help="What this site is to astronomers' programs (VOSI 1.1).",
    operations={
        "vosi_capabilities": (
            Operation("Which standards are spoken, and where", (_XML,)),
        ),
        "vosi_availability": (Operation("Whether everything works now", (_XML,)),),
    },
    errors=(
        Answer("application/x-votable+xml", "There is no such thing.", status=404),
        Answer("application/x-votable+xml", "Not this verb.", status=405),
    ),
)
