"""Screens, plates and wells of OME-XML.

Fields refer to images by ID; those that refer to none are left out. Knows no
pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from graticule.pixels.annotations import (
    Acquisition,
    FileAnnotation,
    Plate,
    Well,
    WellSample,
)
from graticule.pixels.omexml.annotations import Annotations
from graticule.pixels.omexml.tree import integer, moment, number, text_of
from graticule.pixels.omexml.units import length_um

MAX_SIDE = 1 << 16
"""Rows or columns of a plate: more are taken for nonsense."""

_WELL_FACTS = ("Type", "Status", "ExternalDescription", "ExternalIdentifier", "Color")


def _naming(text: str | None, otherwise: str) -> str:
    name = (text or "").lower()
    return name if name in {"letter", "number"} else otherwise


def _acquisitions(plate: Element) -> tuple[tuple[Acquisition, ...], dict[str, str]]:
    """Read the runs, and for each field's ID the run it belongs to."""
    runs = []
    of_sample: dict[str, str] = {}
    for i, run in enumerate(plate.findall("PlateAcquisition")):
        key = run.get("ID", f"PlateAcquisition:{i}")
        for ref in run.findall("WellSampleRef"):
            of_sample[ref.get("ID", "")] = key
        runs.append(
            Acquisition(
                key=key,
                name=run.get("Name"),
                started=moment(run.get("StartTime")),
                ended=moment(run.get("EndTime")),
                description=text_of(run, "Description") or "",
                maximum_field_count=integer(run.get("MaximumFieldCount")),
            )
        )
    return tuple(runs), of_sample


def _position(sample: Element, axis: str) -> float | None:
    name = f"Position{axis}"
    value = sample.get(name, sample.get(f"Pos{axis}"))
    return length_um(number(value), sample.get(f"{name}Unit"))


def _samples(
    well: Element, runs: Mapping[str, str], images: Mapping[str, str]
) -> tuple[WellSample, ...]:
    """Read a well's fields by their ``Index``, else as the file has them."""
    fields = []
    for order, sample in enumerate(well.findall("WellSample")):
        ref = sample.find("ImageRef")
        image = images.get(ref.get("ID", "")) if ref is not None else None
        if image is None:
            continue
        index = integer(sample.get("Index"))
        fields.append((order if index is None else index, order, sample, image))
    return tuple(
        WellSample(
            image_key=image,
            acquisition=runs.get(sample.get("ID", "")),
            position_x_um=_position(sample, "X"),
            position_y_um=_position(sample, "Y"),
        )
        for _, _, sample, image in sorted(fields, key=lambda field: field[:2])
    )


def _well_facts(well: Element, reagents: Mapping[str, Element]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: well.get(name) for name in _WELL_FACTS if well.get(name)
    }
    if "Color" in facts:
        facts["Color"] = integer(facts["Color"])
    ref = well.find("ReagentRef")
    reagent = None if ref is None else reagents.get(ref.get("ID", ""))
    if reagent is not None:
        about = {
            "Name": reagent.get("Name"),
            "ReagentIdentifier": reagent.get("ReagentIdentifier"),
            "Description": text_of(reagent, "Description"),
        }
        facts["Reagent"] = {name: text for name, text in about.items() if text}
    return {name: value for name, value in facts.items() if value not in (None, {})}


class Plates:
    """Reads the plates of a document and what is annotated to their parts."""

    def __init__(
        self,
        root: Element,
        images: Mapping[str, str],
        annotations: Annotations,
        warnings: list[str],
    ) -> None:
        self._images = images
        self._annotations = annotations
        self._warnings = warnings
        self._reagents = {
            reagent.get("ID", ""): reagent for reagent in root.iter("Reagent")
        }
        self._screens = _screens(root)
        self.annotated: dict[str, tuple[FileAnnotation, ...]] = {}
        self.plates = tuple(
            self._plate(plate, plate.get("ID", f"Plate:{i}"))
            for i, plate in enumerate(root.findall("Plate"))
        )

    def _annotate(self, name: str, element: Element) -> tuple[str, ...]:
        found = self._annotations.of(element)
        if found:
            self.annotated[name] = found
        return tuple(annotation.key for annotation in found)

    def _plate(self, plate: Element, key: str) -> Plate:
        runs, of_sample = _acquisitions(plate)
        self._annotate(f"plate:{key}", plate)
        screen = self._screens.get(key)
        if screen is None:
            ref = plate.find("ScreenRef")
            screen = None if ref is None else self._screens.get(ref.get("ID", ""))
        return Plate(
            key=key,
            name=plate.get("Name") or key,
            wells=self._wells(plate, key, of_sample),
            rows=_side(plate.get("Rows")),
            columns=_side(plate.get("Columns")),
            row_naming=_naming(plate.get("RowNamingConvention"), "letter"),
            column_naming=_naming(plate.get("ColumnNamingConvention"), "number"),
            acquisitions=runs,
            screen=screen,
            description=text_of(plate, "Description") or "",
            external_identifier=plate.get("ExternalIdentifier"),
        )

    def _wells(
        self, plate: Element, key: str, of_sample: Mapping[str, str]
    ) -> tuple[Well, ...]:
        wells: dict[tuple[int, int], Well] = {}
        for well in plate.findall("Well"):
            row, column = _place(well.get("Row")), _place(well.get("Column"))
            if row is None or column is None or (row, column) in wells:
                self._warnings.append(
                    f"The well {well.get('ID')} of {key} has no place of its own "
                    "and was left out."
                )
                continue
            wells[row, column] = Well(
                row=row,
                column=column,
                samples=_samples(well, of_sample, self._images),
                annotations=self._annotate(f"well:{key}:{row}:{column}", well),
                facts=_well_facts(well, self._reagents) or None,
            )
        return tuple(wells.values())


def _place(text: str | None) -> int | None:
    value = integer(text)
    return value if value is not None and 0 <= value < MAX_SIDE else None


def _side(text: str | None) -> int | None:
    value = integer(text)
    return value if value is not None and 0 < value <= MAX_SIDE else None


def _screens(root: Element) -> dict[str, str]:
    """Name of the first screen each plate is in, and of each screen by its ID."""
    names: dict[str, str] = {}
    for i, screen in enumerate(root.findall("Screen")):
        key = screen.get("ID", f"Screen:{i}")
        name = screen.get("Name") or key
        names.setdefault(key, name)
        for ref in screen.findall("PlateRef"):
            names.setdefault(ref.get("ID", ""), name)
    return names
