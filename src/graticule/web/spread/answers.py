"""What an image is in, and what was changed, in this door's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graticule.services.organising.undoing import Done
from graticule.services.rendering_spread import Reach


def reaches(found: Iterable[Reach]) -> dict[str, Any]:
    """Write containers with how many other images they have, and how many fit."""
    return {
        "targets": [
            {
                "kind": reach.holder.value.lower(),
                "id": reach.id,
                "name": reach.name,
                "others": reach.images,
                "fitting": reach.fitting,
            }
            for reach in found
        ]
    }


def spread(done: Done, taken: int, refused: int) -> dict[str, Any]:
    """Write how many images took the settings, and the token that takes it back."""
    return {
        "message": done.said,
        "taken": taken,
        "left": refused,
        "token": done.token,
        "expires": done.expires.isoformat() if done.expires else None,
    }
