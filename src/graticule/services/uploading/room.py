"""What there is room for: limits of files, quotas of people, the disk.

Refusals name the setting that holds the limit, and what to do.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from graticule.catalog.models import Person, UploadSet
from graticule.errors import GraticuleError, LimitError


class NoRoomError(GraticuleError):
    """The disk, or the quota of a person, is full."""


class TooLargeError(LimitError):
    """A file, or the number of files, is beyond what may be uploaded."""


def upload_dir() -> Path:
    """Give the folder of all uploads, made when it is needed."""
    text: str = settings.GRATICULE["upload_dir"].strip()
    home: Path = settings.GRATICULE["home"]
    folder = Path(text).expanduser().absolute() if text else home / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def check_file(size_bytes: int) -> None:
    """Refuse a file that is too large.

    Raises
    ------
    TooLargeError
    """
    most = settings.GRATICULE["max_image_upload_bytes"]
    if size_bytes > most:
        raise TooLargeError("max_image_upload_bytes", most, size_bytes, "A file")


def check_set(person: Person, files: int, size_bytes: int) -> None:
    """Refuse a set that there is no room for.

    Raises
    ------
    TooLargeError, NoRoomError
    """
    most = settings.GRATICULE["max_upload_files"]
    if files > most:
        raise TooLargeError("max_upload_files", most, files, "A number of files")
    _check_quota(person, size_bytes)
    free = free_bytes() - _awaited_bytes()
    if size_bytes > free:
        raise NoRoomError(
            f"The disk of this server has room for {max(free, 0):,} bytes more, not "
            f"for {size_bytes:,} (it keeps upload_reserve_bytes free). Ask whoever "
            "runs it."
        )


def free_bytes() -> int:
    """Say what uploads may still take of the disk."""
    reserve: int = settings.GRATICULE["upload_reserve_bytes"]
    return shutil.disk_usage(upload_dir()).free - reserve


def _check_quota(person: Person, size_bytes: int) -> None:
    quota = settings.GRATICULE["upload_quota_bytes"]
    used = uploaded_bytes(person)
    if quota and used + size_bytes > quota:
        raise NoRoomError(
            f"You have uploaded {used:,} bytes; with {size_bytes:,} more it would be "
            f"beyond your quota (upload_quota_bytes = {quota:,}). Remove uploads that "
            "are not needed any more, or ask whoever runs this server."
        )


def uploaded_bytes(person: Person) -> int:
    """Sum up what a person has uploaded or announced."""
    found = UploadSet.objects.filter(owner=person).aggregate(sum=Sum("size_bytes"))
    return int(found["sum"] or 0)


def _awaited_bytes() -> int:
    """Sum up what has been announced by anybody and may still come.

    What has arrived of it is counted twice, which errs to the safe side.
    """
    awaited = UploadSet.objects.filter(arrived=None).aggregate(sum=Sum("size_bytes"))
    return int(awaited["sum"] or 0)
