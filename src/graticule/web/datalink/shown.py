"""Links as a page shows them: by what was asked for, with addresses to follow.

Makes what the template needs; knows no request.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from graticule.web.datalink.model import MEDIA_TYPE, Links, Row
from graticule.web.vosi.model import STANDARDS

_CUTOUT_AT_ONCE = f"{STANDARDS}SODA#sync-1.0"
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def shown(links: Links, here: str) -> dict[str, Any]:
    """Fill the page of links.

    Parameters
    ----------
    here
        The address of the page; the same as a VOTable is one word more.
    """
    services = {each.id: each for each in links.descriptors if each.id}
    things: dict[str, list[dict[str, Any]]] = {}
    for row in links.rows:
        service = services.get(row.service_def)
        address = row.access_url
        # A request for a cutout needs to say what to cut out; the form of a job asks.
        if service is not None and service.standard != _CUTOUT_AT_ONCE:
            address = f"{service.access_url}?{urlencode({'ID': row.id})}"
        things.setdefault(row.id, []).append(
            {
                "row": row,
                "word": row.semantics.removeprefix("#"),
                "address": address,
                "size": size_words(row.content_length),
                "kind": _kind_words(row),
                "closed": row.authorized is False,
            }
        )
    mark = "&" if "?" in here else "?"
    return {
        "things": list(things.items()),
        "cut": links.is_cut,
        "votable": f"{here}{mark}RESPONSEFORMAT=votable",
        "trail": [("Links", "")],
    }


def _kind_words(row: Row) -> str:
    if row.content_type == MEDIA_TYPE:
        return "more links"
    return row.content_type


def size_words(size_bytes: int | None) -> str:
    """Say how large something is.

    >>> size_words(None), size_words(999), size_words(1_530_000)
    ('', '999 bytes', '1.5 MB')
    """
    if size_bytes is None:
        return ""
    size = float(size_bytes)
    for unit in _UNITS:
        if size < 1000 or unit == _UNITS[-1]:
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
