"""What the pages of OMERO.web's viewer are told, in its words (contract clients 2)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static

from graticule.catalog.models import Image, Plate

ROI_LIMIT = 2000
"""Above so many ROIs the viewport offers no "Show ROIs" (contract clients 2)."""


def viewport_page(
    image: Image, *, rois: int, may_annotate: bool, gateway: str, interpolate: bool
) -> dict[str, Any]:
    """Fill the page of the image viewer.

    Parameters
    ----------
    rois
        How many ROIs there are to be seen.
    gateway
        The address of the gateway.
    interpolate
        Whether enlarged pixels are smoothed.
    """
    shown = {
        "id": image.pk,
        "getName": image.name,
        "getSizeX": image.size_x,
        "getSizeY": image.size_y,
        # In micrometres, for the scale bar.
        "getPixelSizeX": image.pixel_width_um,
        "canAnnotate": may_annotate,
    }
    return {
        "image": shown,
        "manager": {"image": shown},
        "viewport_server": gateway.rstrip("/"),
        "roiCount": rois,
        "roiLimit": ROI_LIMIT,
        "interpolate": interpolate,
        **page_words(),
    }


def plate_panel(
    plate: Plate, *, index: int, gateway: str, thumbnails: int
) -> dict[str, Any]:
    """Fill the plate panel.

    Parameters
    ----------
    index
        The field that is shown, from 0.
    gateway
        The address of the gateway.
    thumbnails
        How many the server gives in one answer.
    """
    return {
        "manager": {"getPlateId": plate.pk, "getPermsCss": ""},
        "baseurl": gateway.rstrip("/"),
        "index": index,
        # Of all runs.
        "acquisition": 0,
        "thumbnails_batch": thumbnails,
        **page_words(),
    }


def fields(count: int, index: int, address: str) -> list[dict[str, Any]]:
    """List the fields to choose from, numbered from 1."""
    return [
        {
            "label": number + 1,
            "url": f"{address}?field={number + 1}",
            "current": number == index,
        }
        for number in range(count)
    ]


def with_script(html: str, path: str) -> str:
    """Add a static file as the last script of a page."""
    script = f'<script src="{static(path)}"></script>'
    return html.replace("</body>", f"{script}</body>", 1)


def page_words() -> dict[str, Any]:
    """Give what all pages of OMERO.web are told."""
    return {
        "STATIC_URL": settings.STATIC_URL,
        "html": {"meta_referrer": "same-origin"},
        # What is put behind the names of files; ours are asked for again anyhow.
        "url_suffix": "",
    }
