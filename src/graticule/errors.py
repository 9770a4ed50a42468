"""Everything that can go wrong, as one tree of exceptions.

::

    GraticuleError
    ├── SettingError             a setting is unknown or malformed: start refused
    ├── FileError                something about one file (has .path)
    │   ├── MissingFileError       it is not there (any more)
    │   ├── ChangedFileError       it is not what was scanned
    │   ├── UnsupportedFileError   nobody here reads it, or not this kind of it
    │   └── CorruptFileError       it claims a format and breaks it
    ├── LimitError               a named limit forbids it (has .limit, .asked)
    ├── RequestError             what was asked makes no sense
    │   └── OutOfRangeError        a plane, tile or channel that is not there
    ├── NotFoundError            no such thing, or not for this person
    └── NotPermittedError        visible, but this may not be done to it

Messages are whole sentences meant for people: they say what was wrong with
what, and what to do about it. This module knows no HTTP; the one table that
maps these classes to status codes is ``web/errors.py``. It imports nothing of
ours.
"""

from __future__ import annotations

from os import PathLike, fspath


class GraticuleError(Exception):
    """Root of all exceptions raised on purpose."""


class SettingError(GraticuleError):
    """A setting is unknown or its value malformed."""


class FileError(GraticuleError):
    """Something is wrong with one file.

    Parameters
    ----------
    path
        The file or folder.
    cause
        What is wrong, as a sentence without the path.
    """

    def __init__(self, path: str | PathLike[str], cause: str) -> None:
        super().__init__(f"{fspath(path)}: {cause}")
        self.path = fspath(path)
        self.cause = cause

    def __reduce__(self) -> tuple[type[FileError], tuple[str, str]]:
        """Survive the way between processes."""
        return type(self), (self.path, self.cause)


class MissingFileError(FileError):
    """The file is not there (any more)."""


class ChangedFileError(FileError):
    """The file is not the one that was scanned: scan again."""


class UnsupportedFileError(FileError):
    """No reader takes this file, or it uses something no reader supports."""


class CorruptFileError(FileError):
    """The file claims a format and breaks its rules."""


class LimitError(GraticuleError):
    """A limit forbids it.

    Parameters
    ----------
    limit
        Name of the setting that holds the limit.
    allowed
        Its value.
    asked
        What was asked for, in the same unit.
    what
        The thing measured, e.g. ``"a decoded chunk"``.
    """

    def __init__(self, limit: str, allowed: int, asked: int, what: str) -> None:
        super().__init__(
            f"{what} of {asked:,} exceeds the limit {limit} = {allowed:,}."
        )
        self.limit = limit
        self.allowed = allowed
        self.asked = asked
        self.what = what

    def __reduce__(self) -> tuple[type[LimitError], tuple[str, int, int, str]]:
        """Survive the way between processes."""
        return type(self), (self.limit, self.allowed, self.asked, self.what)


class RequestError(GraticuleError):
    """What was asked makes no sense."""


class OutOfRangeError(RequestError):
    """A plane, tile, region or channel that the image does not have."""


class NotFoundError(GraticuleError):
    """No such thing, or none that this person may see."""


class NotPermittedError(GraticuleError):
    """The person may see it but not do that to it."""
