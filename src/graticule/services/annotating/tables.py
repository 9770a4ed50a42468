"""Files that people send to become tables on things. Knows no HTTP.

What a table is, and how files are read, is known to `graticule.services.tables`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from graticule.catalog.access import Verb
from graticule.catalog.models import Person
from graticule.errors import FileError, RequestError
from graticule.services.annotating.files import plain_name, receive
from graticule.services.annotating.targets import KINDS, Target
from graticule.services.annotating.values import find_one
from graticule.services.attachments import file_aside
from graticule.services.tables.importing import import_table


def attach_table(
    person: Person,
    target: Target,
    name: str,
    read: Callable[[int], bytes],
    size_bytes: int | None,
) -> None:
    """Make a table on a thing out of a file; a bad one leaves nothing behind.

    Parameters
    ----------
    name
        What the file is called: its ending says how text is written.
    read
        Gives the next bytes, at most so many; none at the end.
    size_bytes
        How many there are, where that was said.

    Raises
    ------
    graticule.errors.RequestError
        If it cannot be read as a table (it names the line), has no name, or ends
        too early.
    graticule.errors.LimitError
        If it is larger than ``max_table_upload_bytes``.
    graticule.errors.NotFoundError, graticule.errors.NotPermittedError
        If the thing is not there for this person, or may not be annotated.
    """
    find_one(person, target, Verb.ANNOTATE)
    plain = plain_name(name)
    thing = KINDS[target.kind]._default_manager.get(pk=target.id)  # noqa: SLF001 -- Django's public name
    with file_aside(PurePosixPath(plain).suffix.lower()) as path:
        receive(path, read, plain, size_bytes, "max_table_upload_bytes")
        try:
            import_table(person, path, thing, tell=_nobody, name=plain)
        except FileError as error:
            # It lies aside under a name that nobody knows, and is what was asked.
            raise RequestError(f"{plain}: {error.cause}") from None


def _nobody(message: str, share: float | None) -> None:
    """Progress goes unsaid: whoever sent the file waits for the answer."""
    del message, share
