"""Save the annotations that files carry, and their links.

Within a fileset an annotation of the file is one row, however many objects it
is linked to; it is the same at the next scan by its ``source``. Links that
people made, and what they link, are never touched. Knows no files beyond those
that lie in the folder that is scanned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from graticule.catalog.models import Annotation, AnnotationLink, Folder, OriginalFile
from graticule.pixels.annotations import AnnotationKind, FileAnnotation
from graticule.services.scanning.fitting import (
    NAME_LENGTH,
    fit_key,
    fit_number,
    fit_text,
    fit_time,
    fit_whole,
    time_of,
)

VALUES = (
    "kind",
    "namespace",
    "description",
    "text",
    "pairs",
    "number",
    "whole",
    "truth",
    "time",
    "file",
)


def save_annotations(
    folder: Folder,
    entry: Path,
    grouped: Mapping[str, Sequence[FileAnnotation]],
    targets: Mapping[str, models.Model],
) -> list[str]:
    """Write the annotations of one fileset.

    Parameters
    ----------
    entry
        The fileset's entry: attached files are named relative to its folder.
    grouped
        Annotations by the name of what they are on, as in
        :class:`graticule.pixels.annotations.FileMetadata`.
    targets
        The saved images, plates and wells by those names.

    Returns
    -------
    list
        A sentence for each attached file that is not there.
    """
    warnings: list[str] = []
    old_links = _links_on(targets.values())
    known = {link.annotation.source: link.annotation for link in old_links}
    rows: dict[str, Annotation] = {}
    for annotation in (one for group in grouped.values() for one in group):
        if annotation.key not in rows:
            row = _row(folder, entry, annotation, warnings)
            if row is not None:
                rows[annotation.key] = row
    _save_rows(rows.values(), known)
    within = {f"annotation:{key}": row for key, row in rows.items()}
    everything = {**targets, **within}
    wanted = {
        (rows[one.key].pk, _type_id(everything[name]), everything[name].pk)
        for name, group in grouped.items()
        if name in everything
        for one in group
        if one.key in rows
    }
    old_links += _links_on(row for row in known.values() if row.pk)
    _save_links(folder, wanted, old_links)
    return warnings


def _type_id(target: models.Model) -> int:
    return ContentType.objects.get_for_model(target).pk


def _links_on(targets: Iterable[models.Model]) -> list[AnnotationLink]:
    """List the links to some objects that earlier scans made."""
    by_type: dict[int, list[int]] = {}
    for target in targets:
        by_type.setdefault(_type_id(target), []).append(target.pk)
    query = Q(pk__in=[])
    for type_id, ids in by_type.items():
        query |= Q(target_type_id=type_id, target_id__in=ids)
    links = AnnotationLink.objects.filter(query, scanned=True)
    return list(links.select_related("annotation"))


def _save_rows(
    rows: Iterable[Annotation], known: Mapping[str | None, Annotation]
) -> None:
    """Create new annotations; give those known their new values."""
    new, changed = [], []
    for row in rows:
        old = known.get(row.source)
        if old is None:
            new.append(row)
            continue
        row.pk = old.pk
        row.created = old.created
        changed.append(row)
    Annotation.objects.bulk_create(new)
    Annotation.objects.bulk_update(changed, VALUES)


def _save_links(
    folder: Folder,
    wanted: set[tuple[int, int, int]],
    old_links: Iterable[AnnotationLink],
) -> None:
    """Make missing links; take away those the file has no more."""
    there = {
        (link.annotation_id, link.target_type_id, link.target_id): link
        for link in old_links
    }
    AnnotationLink.objects.bulk_create(
        [
            AnnotationLink(
                annotation_id=annotation,
                target_type_id=type_id,
                target_id=target,
                owner_id=folder.owner_id,
                scanned=True,
            )
            for annotation, type_id, target in sorted(wanted - there.keys())
        ],
        ignore_conflicts=True,
    )
    gone = [link for key, link in there.items() if key not in wanted]
    if gone:
        AnnotationLink.objects.filter(pk__in=[link.pk for link in gone]).delete()
        left = {link.annotation_id for link in gone}
        Annotation.objects.filter(
            pk__in=left, source__isnull=False, links__isnull=True
        ).delete()


def _row(
    folder: Folder, entry: Path, annotation: FileAnnotation, warnings: list[str]
) -> Annotation | None:
    row = Annotation(
        owner_id=folder.owner_id,
        group_id=folder.group_id,
        kind=annotation.kind.value,
        namespace=fit_text(annotation.namespace, NAME_LENGTH),
        description=fit_text(annotation.description),
        source=fit_key(annotation.key),
    )
    value: Any = annotation.value
    match annotation.kind:
        case AnnotationKind.MAP:
            row.pairs = [[fit_text(key), fit_text(text)] for key, text in value]
        case AnnotationKind.BOOLEAN:
            row.truth = value
        case AnnotationKind.LONG:
            row.whole = fit_whole(value)
        case AnnotationKind.DOUBLE:
            row.number = fit_number(value)
        case AnnotationKind.TIMESTAMP:
            row.time = fit_time(value)
        case AnnotationKind.FILE:
            row.file = _attached(folder, entry, value)
            if row.file is None:
                warnings.append(
                    f"The attached file {value} is not in the scanned folder: "
                    "its annotation was left out."
                )
                return None
        case _:
            row.text = fit_text(value)
    return row


def _attached(folder: Folder, entry: Path, address: str) -> OriginalFile | None:
    """Find an attached file, in the scanned folder only.

    What a file names could be any file of this machine: following it out of
    the folder would show people what they were never meant to see.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"", "file"} or "\0" in address:
        return None
    named = Path(unquote(parts.path) if parts.scheme else address)
    path = (entry.parent / named).resolve()
    if not path.is_relative_to(Path(folder.path).resolve()) or not path.is_file():
        return None
    state = path.stat()
    row, _ = OriginalFile.objects.update_or_create(
        fileset=None,
        path=str(path),
        defaults={
            "name": fit_text(path.name, NAME_LENGTH),
            "size_bytes": state.st_size,
            "modified": time_of(state.st_mtime_ns),
        },
    )
    return row
