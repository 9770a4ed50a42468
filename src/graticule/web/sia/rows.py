"""Observations as rows of ObsCore's columns, with what is not stored put in.

Knows the addresses of other doors, no XML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from graticule.catalog.models import Observation
from graticule.services.observatory.identifiers import Named
from graticule.services.observatory.obscore_columns import (
    ACCESS_FORMAT,
    OBSCORE_COLUMNS,
)
from graticule.web.sia.documents import Cell

_NAMES = tuple(column.name for column in OBSCORE_COLUMNS)


def rows_of(observations: Iterable[Observation], links: str) -> Iterator[list[Cell]]:
    """Make the rows of observations found with what belongs to them.

    Parameters
    ----------
    links
        Address of the service of links.
    """
    for observation in observations:
        did = Named("image", observation.image_id).did
        size: int | None = getattr(observation, "bytes", None)
        collection: str = getattr(observation, "collection", "")
        computed: dict[str, Cell] = {
            "obs_publisher_did": did,
            "access_url": f"{links}?ID={quote(did, safe='')}",
            "access_format": ACCESS_FORMAT,
            "access_estsize": None if size is None else -(-size // 1000),
            "obs_collection": collection or None,
        }
        yield [
            computed[name] if name in computed else _stored(observation, name)
            for name in _NAMES
        ]


def _stored(observation: Observation, name: str) -> Cell:
    value: Cell = getattr(observation, name)
    return None if value == "" else value
