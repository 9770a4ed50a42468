"""Images, their places and figures in the words of the contract (clients 5)."""

from __future__ import annotations

from typing import Any

from graticule.catalog.models import Group, Image, Person, WellSample
from graticule.catalog.models.owned import Named
from graticule.services.figures import Figure
from graticule.services.parents import Parents
from graticule.services.plates import well_label
from graticule.web.figure.units import SYMBOLS

Json = dict[str, Any]
_UNIT = "MICROMETER"


def length(axis: str, value_um: float | None) -> Json:
    """Write a pixel's length along an axis; nothing where it is unknown."""
    if value_um is None:
        return {}
    return {
        f"value{axis}": value_um,
        f"symbol{axis}": SYMBOLS[_UNIT],
        f"unit{axis}": _UNIT,
    }


def pixel_lengths(image: Image) -> Json:
    """Write the lengths along all axes."""
    return {
        **length("X", image.pixel_width_um),
        **length("Y", image.pixel_height_um),
        **length("Z", image.pixel_depth_um),
    }


def parents(found: Parents) -> Json:
    """Write what holds an image; what there is not is left out."""
    answer: Json = {}
    if found.dataset is not None:
        answer["dataset"] = _named(found.dataset)
    if found.project is not None:
        answer["project"] = _named(found.project)
    if found.field is not None:
        sample = found.field.sample
        answer |= _well(sample)
        answer["wellsample"] = {
            "id": sample.pk,
            "index": sample.index,
            "index_run": found.field.place_in_run,
        }
        if sample.acquisition is not None:
            answer["run"] = _named(sample.acquisition)
        if found.field.screen is not None:
            answer["screen"] = _named(found.field.screen)
    return answer


def _well(sample: WellSample) -> Json:
    well = sample.well
    return {
        "well": {"id": well.pk, "label": well_label(well.plate, well)},
        "plate": _named(well.plate),
    }


def _named(thing: Named) -> Json:
    return {"id": thing.pk, "name": thing.name}


def group(row: Group) -> Json:
    """Write a group."""
    return {"id": row.pk, "name": row.name}


def owner(person: Person) -> Json:
    """Write a person."""
    return {
        "id": person.pk,
        "firstName": person.first_name,
        "lastName": person.last_name,
    }


def listed_figure(figure: Figure) -> Json:
    """Write a figure of the list."""
    return {
        "id": figure.row.pk,
        "name": figure.name,
        "description": figure.description,
        "creationDate": figure.row.created.timestamp(),
        "owner": owner(figure.row.owner),
        "ownerFullName": figure.row.owner.full_name,
        "group": group(figure.row.group),
        "canEdit": figure.can_edit,
    }


def image_details(image: Image) -> Json:
    """Write whose an image is."""
    return {
        "id": image.pk,
        "name": image.name,
        "group": group(image.group),
        "owner": owner(image.owner),
    }
