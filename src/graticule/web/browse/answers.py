"""What this door says, in JSON; knows services and addresses, asks no table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graticule.services.image_lists import ImageRow
from graticule.services.tree import Branches
from graticule.web.pages.answers import address


def tree(roots: Iterable[Branches], orphaned: int) -> dict[str, Any]:
    """Write the beginnings of the tree."""
    return {"roots": [branches(root) for root in roots], "orphaned": orphaned}


def branches(found: Branches) -> dict[str, Any]:
    """Write part of the containers of one kind."""
    return {
        "kind": found.kind.value,
        "total": found.total,
        "offset": found.offset,
        "branches": [
            {
                "kind": branch.kind.value,
                "id": branch.id,
                "name": branch.name,
                "children": branch.children,
                "url": address(branch.kind, branch.id),
            }
            for branch in found.entries
        ],
    }


def images(rows: list[ImageRow], total: int) -> dict[str, Any]:
    """Write rows of images; times as ISO 8601 in UTC."""
    return {"total": total, "images": [_image(row) for row in rows]}


def _image(row: ImageRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "width": row.width,
        "height": row.height,
        "z": row.size_z,
        "channels": row.size_c,
        "t": row.size_t,
        "pixel_size_um": row.pixel_width_um,
        "owner": row.owner,
        "acquired": row.acquired and row.acquired.isoformat(),
        "imported": row.imported.isoformat(),
        "format": row.format,
        "missing": row.is_missing,
    }


def ids(total: int, found: list[int]) -> dict[str, Any]:
    """Write part of a list as ids."""
    return {"total": total, "ids": found}
