"""Figures that people lay out of images, kept as attached files.

A figure is a JSON object; it lies in a file annotation of its own namespace, whose
description says name and image for lists. Knows no HTTP, and of what is in a figure
only its name and its images.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from graticule.catalog.access import (
    Verb,
    may,
    may_create_in,
    rights_of,
    visible_to,
)
from graticule.catalog.models import Annotation, Group, Image, Person
from graticule.errors import (
    MissingFileError,
    NotFoundError,
    NotPermittedError,
    RequestError,
)
from graticule.services.attachments import (
    attach,
    delete_attached,
    file_aside,
    replace_content,
)

NAMESPACE = "omero.web.figure.json"
_LONGEST_NAME = 1024
_LARGEST_ID = (1 << 63) - 1
_IMAGES_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Figure:
    """A saved figure, and whether the person who asks may change it.

    Attributes
    ----------
    row
        Its annotation, with owner, group and file.
    description
        JSON text with ``name`` and ``imageId``.
    """

    row: Annotation
    can_edit: bool

    @property
    def name(self) -> str:
        """What people call it."""
        return self.row.file.name if self.row.file else ""

    @property
    def description(self) -> str:
        """JSON text with ``name`` and ``imageId``."""
        return self.row.description


def list_figures(person: Person | None) -> list[Figure]:
    """List the figures that a person may see, the newest first."""
    rights = rights_of(person)
    return [
        Figure(row, rights.may(Verb.EDIT, row))
        for row in _figures(person).order_by("-created", "-pk")
    ]


def load_figure(person: Person | None, figure_id: int) -> tuple[Figure, dict[str, Any]]:
    """Read a figure.

    Returns
    -------
    tuple
        What it is, and the JSON object as it was saved.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    graticule.errors.MissingFileError
        If its file has vanished.
    """
    row = _find(person, figure_id)
    try:
        text = _text(row)
    except FileNotFoundError:
        # Saved anew between the look at the row and that at the file.
        row = _find(person, figure_id)
        try:
            text = _text(row)
        except FileNotFoundError:
            name = row.file.name if row.file else str(figure_id)
            raise MissingFileError(name, "the figure's file has vanished.") from None
    return Figure(row, may(person, Verb.EDIT, row)), parse_figure(text)


def save_figure(person: Person, text: str, figure_id: int | None = None) -> int:
    """Save a figure, anew or over another.

    A new one belongs to the group of the first of its images that the person may
    save beside, else to the person's default group, else to the first by name.

    Parameters
    ----------
    text
        The figure, a JSON object; kept as it is.
    figure_id
        The figure to be overwritten.

    Returns
    -------
    int
        Its id.

    Raises
    ------
    graticule.errors.RequestError
        If it is no JSON object, or its name is none.
    graticule.errors.NotFoundError
        If there is no figure to overwrite, or not for this person.
    graticule.errors.NotPermittedError
        If the person may not change it, or is in no group to save in.
    """
    content = parse_figure(text)
    name = _name(content)
    images = _image_ids(content)
    description = json.dumps({"name": name, "imageId": images[0] if images else 0})
    if figure_id is not None:
        return _overwrite(person, figure_id, text, name, description)
    group = _group_for(person, images)
    with _written(text) as path:
        row = attach(
            person,
            group,
            path,
            name=name,
            media_type="application/json",
            namespace=NAMESPACE,
            description=description,
        )
    return row.pk


def _overwrite(
    person: Person, figure_id: int, text: str, name: str, description: str
) -> int:
    row = _find(person, figure_id)
    if not may(person, Verb.EDIT, row):
        raise NotPermittedError(
            f"Figure {figure_id} belongs to {row.owner.full_name}: "
            "save it under a new name."
        )
    file = row.file
    assert file is not None
    with _written(text) as path, transaction.atomic():
        replace_content(file, path)
        file.name = name
        file.save(update_fields=["name"])
        row.description = description
        row.save(update_fields=["description", "modified"])
    return row.pk


def delete_figure(person: Person, figure_id: int) -> None:
    """Delete a figure.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, or not for this person.
    graticule.errors.NotPermittedError
        If the person may not delete it.
    """
    row = _find(person, figure_id)
    if not may(person, Verb.DELETE, row):
        raise NotPermittedError(f"You may not delete figure {figure_id}.")
    delete_attached(row)


def move_figures(person: Person, figure_ids: list[int], group_id: int) -> None:
    """Move figures to another group; all of them, or none.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such figure or group, or not for this person.
    graticule.errors.NotPermittedError
        If a figure is somebody else's, or the person is not in the group.
    """
    group = visible_to(person, Group.objects.filter(pk=group_id)).first()
    if group is None:
        raise NotFoundError(f"Group:{group_id} not found")
    if not may_create_in(person, group):
        raise NotPermittedError(f"You may not save anything in group {group.name}.")
    with transaction.atomic():
        for figure_id in figure_ids:
            row = _find(person, figure_id)
            # Who may merely edit must not take a figure away from its group.
            if not (person.is_administrator or row.owner_id == person.pk):
                raise NotPermittedError(f"Figure {figure_id} is not yours to move.")
            row.group = group
            row.save(update_fields=["group", "modified"])


def _figures(person: Person | None) -> QuerySet[Annotation]:
    figures = Annotation.objects.filter(
        kind=Annotation.Kind.FILE, namespace=NAMESPACE, file__isnull=False
    )
    return visible_to(person, figures.select_related("owner", "group", "file"))


def _find(person: Person | None, figure_id: int) -> Annotation:
    row = _figures(person).filter(pk=figure_id).first()
    if row is None:
        raise NotFoundError(f"Figure:{figure_id} not found")
    return row


def _text(row: Annotation) -> str:
    assert row.file is not None
    return Path(row.file.path).read_text("utf-8")


@contextmanager
def _written(text: str) -> Iterator[Path]:
    with file_aside(".json") as path:
        path.write_text(text, "utf-8")
        yield path


def parse_figure(text: str) -> dict[str, Any]:
    """Read the JSON object that a figure is.

    Raises
    ------
    graticule.errors.RequestError
        If it is none.
    """
    try:
        value = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise RequestError("A figure must be a JSON object; this is no JSON.") from None
    if not isinstance(value, dict):
        raise RequestError("A figure must be a JSON object.")
    return value


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _name(figure: dict[str, Any]) -> str:
    name = figure.get("figureName")
    if name is None or name == "":
        return f"Figure {timezone.now():%Y-%m-%d %H:%M:%S}"
    # What databases cannot hold: NUL, and halves of characters.
    if not isinstance(name, str) or "\0" in name or not _whole(name):
        raise RequestError("A figure's name must be a text.")
    if len(name) > _LONGEST_NAME:
        raise RequestError(f"A figure's name has at most {_LONGEST_NAME} characters.")
    return name


def _whole(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _image_ids(figure: dict[str, Any]) -> list[int]:
    """List the images of the panels in order; those from elsewhere have no id."""
    panels = figure.get("panels")
    found: dict[int, None] = {}
    for panel in panels if isinstance(panels, list) else []:
        number = panel.get("imageId") if isinstance(panel, dict) else None
        with suppress(ValueError, TypeError, OverflowError):
            image_id = int(number)  # type: ignore[arg-type]
            if 0 < image_id <= _LARGEST_ID:
                found[image_id] = None
    return list(found)


def _group_for(person: Person, image_ids: list[int]) -> Group:
    images = visible_to(
        person, Image.objects.filter(pk__in=image_ids[:_IMAGES_LOOKED_AT])
    )
    by_id = {image.pk: image.group for image in images.select_related("group")}
    groups = [by_id[image_id] for image_id in image_ids if image_id in by_id]
    if person.default_group is not None:
        groups.append(person.default_group)
    memberships = person.memberships.select_related("group").order_by("group__name")
    groups += [membership.group for membership in memberships]
    for group in dict.fromkeys(groups):
        if may_create_in(person, group):
            return group
    raise NotPermittedError("You are in no group that a figure could be saved in.")
