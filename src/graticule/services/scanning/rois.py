"""Save the ROIs that files carry; those that people drew are never touched.

A ROI of a file is the same at the next scan by its ``source``; one that people
deleted, or changed, does not come back. Knows no files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graticule.catalog.models import DeletedSource, Folder, Image
from graticule.catalog.models import Roi as RoiRow
from graticule.catalog.models import Shape as ShapeRow
from graticule.errors import RequestError
from graticule.pixels.annotations import Roi, Shape
from graticule.services.scanning.fitting import (
    NAME_LENGTH,
    fit_color,
    fit_count,
    fit_key,
    fit_number,
    fit_optional,
    fit_text,
)
from graticule.services.shape_bounds import shape_bounds


def save_rois(
    folder: Folder, found: Iterable[tuple[Image, Sequence[Roi]]], known: set[int]
) -> list[str]:
    """Write the ROIs of some images.

    Parameters
    ----------
    found
        Images with the ROIs of their file.
    known
        Ids of images that were there before this scan.

    Returns
    -------
    list
        A sentence for every shape that cannot be placed and was left out.
    """
    rows: dict[tuple[int, str], RoiRow] = {}
    shapes: list[tuple[RoiRow, Shape]] = []
    found = list(found)
    images = {image.pk for image, _ in found}
    deleted = _deleted(images & known)
    for image, rois in found:
        for roi in rois:
            row = _roi_row(folder, image, roi)
            at = (image.pk, row.source or "")
            if at in rows or at in deleted:
                continue
            rows[at] = row
            shapes += [(row, shape) for shape in roi.shapes]
    _forget_old(images & known, set(rows))
    RoiRow.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["image", "source"],
        update_fields=["name", "description", "modified"],
    )
    warnings: list[str] = []
    made = []
    for row, shape in shapes:
        try:
            made.append(shape_row(row, shape))
        except RequestError as error:
            warnings.append(f"A shape of ROI {row.source} was left out: {error}")
    ShapeRow.objects.bulk_create(made)
    return warnings


def _forget_old(images: set[int], found: set[tuple[int, str]]) -> None:
    """Take away shapes to be written anew, and ROIs that the file has no more.

    A ROI that people annotated stays as if they had drawn it.
    """
    if not images:
        return
    old = RoiRow.objects.filter(image__in=images, source__isnull=False)
    gone = [row for row in old if (row.image_id, row.source) not in found]
    for row in gone:
        if row.annotation_links.filter(scanned=False).exists():
            RoiRow.objects.filter(pk=row.pk).update(source=None)
        else:
            row.delete()
    ShapeRow.objects.filter(roi__in=old).delete()


def _deleted(images: set[int]) -> set[tuple[int, str]]:
    """Find the ROIs that people deleted, by image and key."""
    rows = DeletedSource.objects.filter(kind="Roi", parent__in=images)
    return set(rows.values_list("parent", "source"))


def _roi_row(folder: Folder, image: Image, roi: Roi) -> RoiRow:
    return RoiRow(
        owner_id=folder.owner_id,
        group_id=folder.group_id,
        image=image,
        source=fit_key(roi.key),
        name=fit_text(roi.name, NAME_LENGTH),
        description=fit_text(roi.description),
    )


def shape_row(roi: RoiRow, shape: Shape) -> ShapeRow:
    """Make the row of a shape with its bounding box.

    Raises
    ------
    graticule.errors.RequestError
        If it has no place.
    """
    min_x, min_y, max_x, max_y = shape_bounds(shape)
    return ShapeRow(
        roi=roi,
        kind=shape.kind.value,
        z=fit_count(shape.z),
        c=fit_count(shape.c),
        t=fit_count(shape.t),
        geometry=shape.geometry,
        points=fit_text(shape.points),
        mask_bits=shape.mask_bits,
        transform=None if shape.transform is None else list(shape.transform),
        min_x=min_x,
        min_y=min_y,
        max_x=max_x,
        max_y=max_y,
        text=fit_optional(shape.text),
        fill_color=fit_color(shape.fill_color),
        stroke_color=fit_color(shape.stroke_color),
        stroke_width=fit_number(shape.stroke_width),
        font_size=fit_number(shape.font_size),
        font_family=fit_optional(shape.font_family, 64),
        font_style=fit_optional(shape.font_style, 64),
        marker_start=fit_optional(shape.marker_start, 64),
        marker_end=fit_optional(shape.marker_end, 64),
        locked=shape.locked,
    )
