"""What the address of the record does, for the OpenAPI document."""

from __future__ import annotations

from graticule.web.openapi.model import Answer, Door, Operation

DOOR = Door(
    name="registry",
    help="For registries of the Virtual Observatory.",
    operations={
        "registry_record": (
            Operation(
                "The record of this server",
                (Answer("application/xml", "As VOResource 1.1 writes it."),),
            ),
        ),
    },
    errors=(Answer("application/x-votable+xml", "Not this verb.", status=405),),
)
