"""What the templates are filled with: names, addresses, wording.

Knows services and addresses; asks no table. Functions give dictionaries in the
shape that the templates of ``viewer`` name.
"""

from __future__ import annotations

from functools import cache
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from graticule import __version__
from graticule.catalog.models import Image
from graticule.services.browse import (
    Container,
    ImageEntry,
    Kind,
    Page,
    Place,
)
from graticule.services.engine import engine
from graticule.services.observatory.looking import is_celestial

_LUT_STOPS = 9
_TIMES = "\N{MULTIPLICATION SIGN}"

_CHILDREN = {
    Kind.PROJECT: ("dataset", "datasets"),
    Kind.DATASET: ("image", "images"),
    Kind.SCREEN: ("plate", "plates"),
    Kind.PLATE: ("well", "wells"),
}
HEADINGS = {
    Kind.PROJECT: "Projects",
    Kind.DATASET: "Datasets",
    Kind.SCREEN: "Screens",
    Kind.PLATE: "Plates",
    Kind.IMAGE: "Images",
}


def counted(number: int, one: str, more: str) -> str:
    """Say how many: ``1 image``, ``1,204 images``."""
    return f"{number:,} {one if number == 1 else more}"


def address(kind: Kind, thing_id: int) -> str:
    """Give the address of something's page."""
    return reverse(kind.value, args=[thing_id])


def trail(place: Place, name: str) -> list[tuple[str, str | None]]:
    """Write breadcrumbs: the parents with addresses, then the thing itself."""
    above: list[tuple[str, str | None]] = [
        (parent, address(kind, parent_id)) for kind, parent_id, parent in place.parents
    ]
    return [*above, (name, None)]


def tree_path(place: Place, kind: Kind, thing_id: int) -> str:
    """Say where a page is in the tree, outermost first: ``project:1 dataset:5``."""
    above = [f"{kind.value}:{parent_id}" for kind, parent_id, _ in place.parents]
    return " ".join([*above, f"{kind.value}:{thing_id}"])


def listed_in(kind: Kind, thing_id: int, total: int) -> dict[str, Any]:
    """Say what is listed on a container's page, and where scripts ask for images."""
    listed = {"kind": kind.value, "id": thing_id}
    has_images = kind is Kind.DATASET and total > 0
    return listed | (_asked(dataset=thing_id) if has_images else {})


def listed_on_start(only: Kind | None, total: int) -> dict[str, Any]:
    """Say the same of the start page, or of one kind in full."""
    listed: dict[str, Any] = {"kind": "start"}
    if only is None:
        return listed | {"recent": _of_images()}
    has_images = only is Kind.IMAGE and total > 0
    return listed | (_asked(orphaned=1) if has_images else {})


def listed_found(ids_address: str = "") -> dict[str, Any]:
    """Say the same of results; with ``ids_address`` they are images alone."""
    listed = {"kind": "search"}
    return listed | (_of_images() | {"ids": ids_address} if ids_address else {})


def _asked(**query: Any) -> dict[str, str]:
    return _of_images() | {"ids": f"{reverse('browse_ids')}?{urlencode(query)}"}


def _of_images() -> dict[str, str]:
    """Say where facts about images are, and their pages (0 stands for the id)."""
    return {"rows": reverse("browse_images"), "page": reverse("image", args=[0])}


def section(title: str, page: Page, address_of_page: str, more: str = "") -> Any:
    """Fill a section: cards or images, with a pager or a way to see all.

    Parameters
    ----------
    address_of_page
        Where its pages are; ``page=N`` is put behind.
    more
        Where all of it can be seen; without it the section has a pager.
    """
    cards = [_card(entry) for entry in page.entries if isinstance(entry, Container)]
    images = [_image(entry) for entry in page.entries if isinstance(entry, ImageEntry)]
    complete = page.total <= len(page.entries)
    return {
        "title": title,
        "count": f"{page.total:,}",
        "cards": cards,
        "images": images,
        "page": None if more else _pager(page, address_of_page),
        "more": "" if complete else more,
    }


def _card(entry: Container) -> dict[str, Any]:
    return {
        "url": address(entry.kind, entry.id),
        "kind": entry.kind.value,
        "id": entry.id,
        "name": entry.name,
        "counts": counted(entry.children, *_CHILDREN[entry.kind]),
        "covers": entry.covers,
    }


def _image(entry: ImageEntry) -> dict[str, Any]:
    planes = [
        counted(entry.size_c, "channel", "channels") if entry.size_c > 1 else "",
        f"{entry.size_z:,} z" if entry.size_z > 1 else "",
        f"{entry.size_t:,} t" if entry.size_t > 1 else "",
    ]
    size = ", ".join(
        filter(None, [f"{entry.width:,} {_TIMES} {entry.height:,}", *planes])
    )
    return {
        "url": address(Kind.IMAGE, entry.id),
        "id": entry.id,
        "name": entry.name,
        "size": "file is missing" if entry.is_missing else size,
    }


def _pager(page: Page, base: str) -> dict[str, Any]:
    pages = max(1, -(-page.total // page.size))
    joint = "&" if "?" in base else "?"
    return {
        "pages": pages,
        "first": f"{(page.number - 1) * page.size + 1:,}",
        "last": f"{min(page.number * page.size, page.total):,}",
        "total": f"{page.total:,}",
        "previous": f"{base}{joint}page={page.number - 1}" if page.number > 1 else "",
        "next": f"{base}{joint}page={page.number + 1}" if page.number < pages else "",
    }


def start_query(kind: Kind) -> str:
    """Give the address of the start page with one kind in full."""
    return f"{reverse('start')}?{urlencode({'show': kind.value})}"


def search_address(text: str, kind: Kind | None) -> str:
    """Give the address of the page of results of a search."""
    asked = {"q": text, "kind": kind.value if kind else ""}
    query = urlencode({key: value for key, value in asked.items() if value})
    return f"{reverse('search')}?{query}"


def image_page(image: Image, place: Place) -> dict[str, Any]:
    """Fill the image page; the rest it asks the gateway."""
    fileset = image.fileset
    facts = []
    if fileset is not None:
        facts = [("Format", fileset.format), ("File", PurePath(fileset.entry).name)]
    return {
        "image_id": image.pk,
        "image_name": image.name,
        "image_revision": image.revision,
        "is_sky": is_celestial(image),
        "has_files": fileset is not None,
        "trail": trail(place, image.name),
        "facts": facts,
        "luts": lut_choice(),
        "info": info(Kind.IMAGE.value, image.pk),
    }


def info(kind: str, thing_id: int) -> dict[str, Any]:
    """Say where the annotations of a thing are asked for."""
    root = reverse("annotate_tags").removesuffix("tags/")
    return {"kind": kind, "id": thing_id, "root": root}


@cache
def lut_choice() -> list[dict[str, Any]]:
    """Name the lookup tables, each with a few colours from dark to bright."""
    places = [round(stop * 255 / (_LUT_STOPS - 1)) for stop in range(_LUT_STOPS)]
    return [
        {
            "name": lut.name,
            "stops": [lut.values[place].tobytes().hex() for place in places],
        }
        for lut in engine().luts.values()
    ]


def shared() -> dict[str, Any]:
    """Give what every page shows."""
    return {"version": __version__}
