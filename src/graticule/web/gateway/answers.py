"""Containers and their children in the words of the contract (webgateway 8)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from graticule.catalog.models import Image, PlateAcquisition, WellSample
from graticule.catalog.models.owned import Named


def simple(thing: Named) -> dict[str, Any]:
    """Write the simple form: type, id, name, description."""
    return {
        "type": type(thing).__name__,
        "id": thing.pk,
        "name": thing.name,
        "description": thing.description,
    }


def image_form(
    image: Image, *, tiled: bool = False, max_plane_pixels: int = 0
) -> dict[str, Any]:
    """Write an image of a list (contract 8.2).

    Parameters
    ----------
    tiled
        Add the size, and whether it is more than ``max_plane_pixels``.
    """
    date = image.acquired or image.created
    form = {
        **simple(image),
        "author": image.owner.full_name,
        "date": date.timestamp(),
        "thumb_url": reverse("webgateway_render_thumbnail", args=[image.pk]),
    }
    if tiled:
        form["size"] = {"width": image.size_x, "height": image.size_y}
        form["tiled"] = image.size_x * image.size_y > max_plane_pixels
    return form


def sample_form(sample: WellSample) -> dict[str, Any]:
    """Write a field of a well (contract 8.3)."""
    form = image_form(sample.image)
    # Clients want both coordinates or none (contract clients 3).
    if sample.position_x_um is not None and sample.position_y_um is not None:
        form["position"] = {
            "x": {"value": sample.position_x_um, "unit": "REFERENCEFRAME"},
            "y": {"value": sample.position_y_um, "unit": "REFERENCEFRAME"},
        }
    if sample.acquisition is not None:
        form["name"] += f" [Run: {_run_name(sample.acquisition)}]"
    return form


def _run_name(run: PlateAcquisition) -> str:
    if run.name:
        return run.name
    if run.started and run.ended:
        return f"{run.started:%Y-%m-%d %H:%M:%S} - {run.ended:%Y-%m-%d %H:%M:%S}"
    return f"Run {run.pk}"
