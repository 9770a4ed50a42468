"""Sets of files that are uploaded together, from the announcement to the images.

Files arrive in a folder of their set, aside from everything that is served; when all
are there, it is renamed in one step, and a job makes images of it. Each step can be
repeated after a crash. What stops half-way is removed after ``upload_lifetime``.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from graticule.catalog.access import Verb, may, may_create_in, visible_to
from graticule.catalog.models import (
    Dataset,
    Folder,
    Image,
    Person,
    UploadSet,
)
from graticule.errors import GraticuleError, NotFoundError, NotPermittedError
from graticule.jobs import requests
from graticule.jobs.models import Job
from graticule.jobs.phases import ACTIVE, Phase
from graticule.services.uploading.arriving import (
    ARRIVING,
    arriving,
    settle_all,
    whole_files,
)
from graticule.services.uploading.names import folder_name
from graticule.services.uploading.room import check_set, upload_dir

SERVICE = "import"
_ID_BYTES = 12
# Told so seldom that large uploads do not keep the database busy.
_TOUCH_SECONDS = 60
_AGAIN = frozenset({Phase.ERROR, Phase.ABORTED})


class NotWholeError(GraticuleError):
    """Files of the set are still missing, or it holds images and cannot go."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What somebody is about to upload."""

    dataset_id: int
    files: int
    size_bytes: int
    key: str = ""


def writable_dataset(person: Person, dataset_id: int | None) -> Dataset:
    """Find a dataset that a person may upload into.

    Raises
    ------
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
    """
    datasets = Dataset.objects.select_related("group").filter(pk=dataset_id or 0)
    dataset = visible_to(person, datasets).first()
    if dataset is None:
        raise NotFoundError(f"There is no dataset {dataset_id} that you may see.")
    if not may_upload(person, dataset):
        raise NotPermittedError(
            f"You may not put images into the dataset {dataset.name!r}. Ask its owner, "
            "or upload into one of yours."
        )
    return dataset


def may_upload(person: Person | None, dataset: Dataset) -> bool:
    """Say whether a person may upload into a dataset that they can see."""
    return may(person, Verb.LINK, dataset) and may_create_in(person, dataset.group)


def open_set(person: Person, announced: Announced) -> UploadSet:
    """Begin a set, or find the one that the same person began with the same key.

    Raises
    ------
    graticule.errors.GraticuleError
        If the person may not, or there is no room.
    """
    dataset = writable_dataset(person, announced.dataset_id)
    reap()
    with transaction.atomic():
        # One announcement of a person at a time: quotas are summed up.
        Person.objects.select_for_update().get(pk=person.pk)
        known = UploadSet.objects.filter(
            *(Q(owner=person), Q(dataset=dataset), Q(arrived=None)),
            *(Q(files=announced.files), Q(size_bytes=announced.size_bytes)),
            key=announced.key,
        )
        found = known.first() if announced.key else None
        if found is not None:
            return found
        check_set(person, announced.files, announced.size_bytes)
        made = UploadSet.objects.create(
            id=new_id(),
            owner=person,
            dataset=dataset,
            key=announced.key,
            files=announced.files,
            size_bytes=announced.size_bytes,
            touched=timezone.now(),
        )
    arriving(made.pk).mkdir(parents=True, exist_ok=True)
    return made


def find_set(person: Person, set_id: str) -> UploadSet:
    """Find a set of a person.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is none, it is somebody else's, or its time is over.
    """
    sets = UploadSet.objects.select_related("dataset__group", "owner")
    found = sets.filter(pk=set_id, owner=person).first()
    if found is None:
        raise NotFoundError("There is no such upload, or its time is over. Start anew.")
    return found


def arrived_set(person: Person, set_id: str) -> UploadSet:
    """Find a set of a person that is whole.

    Raises
    ------
    graticule.errors.NotFoundError, NotWholeError
    """
    found = find_set(person, set_id)
    if found.arrived is None:
        raise NotWholeError("Files of this upload are still missing: send them first.")
    return found


def new_id() -> str:
    """Make an id that nobody guesses."""
    return secrets.token_hex(_ID_BYTES)


def expiry(upload: UploadSet) -> datetime:
    """Say when a set that gets nothing more is removed."""
    found: datetime = upload.touched + settings.GRATICULE["upload_lifetime"]
    return found


def touch(upload: UploadSet) -> None:
    """Note that something has arrived."""
    now = timezone.now()
    if (now - upload.touched).total_seconds() > _TOUCH_SECONDS:
        UploadSet.objects.filter(pk=upload.pk).update(touched=now)


def finish(upload: UploadSet) -> Job:
    """Have images made of a set that is whole; once more does no harm.

    Returns
    -------
    Job
        The one that makes them; a new one, where an earlier one failed.

    Raises
    ------
    NotWholeError
        If files are missing.
    graticule.errors.GraticuleError
        If the person may not upload any more, or has too many jobs.
    """
    dataset = writable_dataset(upload.owner, upload.dataset_id)
    with transaction.atomic():
        upload = UploadSet.objects.select_for_update().get(pk=upload.pk)
        if upload.arrived is None:
            _check_whole(upload)
            _put_in_place(upload, dataset)
        job = Job.objects.filter(pk=upload.job).first()
        if job is None or job.phase in _AGAIN:
            job = _new_job(upload)
    if job.phase == Phase.PENDING:
        requests.run(job)
    return job


def _check_whole(upload: UploadSet) -> None:
    whole = settle_all(upload)
    if whole < upload.files:
        raise NotWholeError(
            f"{whole:,} of {upload.files:,} files have arrived. Send the others first."
        )


def _put_in_place(upload: UploadSet, dataset: Dataset) -> None:
    """Rename the folder to where it stays, and have it known."""
    owner = upload.owner
    folder = (
        upload_dir()
        / folder_name(owner.username, owner.pk)
        / folder_name(dataset.name, dataset.pk)
        / f"{upload.created:%Y-%m-%d}-{upload.pk}"
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    files = whole_files(upload.pk)
    # After a crash it may be there, and unknown.
    if files.exists() or not folder.exists():
        files.rename(folder)
    Folder.objects.get_or_create(
        path=os.path.abspath(folder),  # noqa: PTH100 - as the scan writes it
        defaults={"owner": owner, "group": dataset.group, "dataset": dataset},
    )
    upload.folder, upload.arrived = str(folder), timezone.now()
    upload.save(update_fields=["folder", "arrived"])
    if upload.key:
        # A single file is asked for once more where the last answer got lost.
        upload.rows.all().delete()
    shutil.rmtree(arriving(upload.pk), ignore_errors=True)


def _new_job(upload: UploadSet) -> Job:
    job = requests.create(
        requests.NewJob(
            service=SERVICE,
            owner_id=upload.owner_id,
            run_id=f"{upload.files} files" if upload.files > 1 else "1 file",
            values=(requests.Value("upload", upload.pk),),
        )
    )
    UploadSet.objects.filter(pk=upload.pk).update(job=job.pk)
    return job


def discard(upload: UploadSet) -> None:
    """Remove a set and its files, as long as no image is made of them.

    Raises
    ------
    NotWholeError
        If images show them, or a job is looking at them.
    """
    with transaction.atomic():
        upload = UploadSet.objects.select_for_update().get(pk=upload.pk)
        folder = Path(upload.folder) if upload.folder else None
        if folder is not None:
            job = Job.objects.filter(pk=upload.job).first()
            if job is not None and job.phase in ACTIVE:
                raise NotWholeError("A job is looking at these files: abort it first.")
            if Image.objects.filter(fileset__folder__path=upload.folder).exists():
                raise NotWholeError("Images show these files: they stay.")
            Folder.objects.filter(path=upload.folder).delete()
        UploadSet.objects.filter(pk=upload.pk).delete()
    _remove(arriving(upload.pk))
    if folder is not None:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Move aside first: nobody sees half of it."""
    aside = upload_dir() / ARRIVING / f"gone-{new_id()}"
    with suppress(FileNotFoundError):
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def reap() -> None:
    """Remove what stopped half-way too long ago, and what crashes left of such."""
    lifetime = settings.GRATICULE["upload_lifetime"]
    old = UploadSet.objects.filter(arrived=None, touched__lt=timezone.now() - lifetime)
    for set_id in list(old.values_list("pk", flat=True)):
        UploadSet.objects.filter(pk=set_id).delete()
        _remove(arriving(set_id))
    folder = upload_dir() / ARRIVING
    with suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            age = time.time() - entry.stat(follow_symlinks=False).st_mtime
            known = UploadSet.objects.filter(pk=entry.name).exists()
            if age > lifetime.total_seconds() and not known:
                shutil.rmtree(entry, ignore_errors=True)
