"""Files that have their name only when they are whole.

Knows nothing of what is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from graticule.errors import FileError

Progress = Callable[[int, int], None]
"""Is told the steps done and the steps in all; what it raises ends the work."""


@contextmanager
def appearing_file(path: Path) -> Iterator[Path]:
    """Give a path beside to write to; it becomes the file when all went well.

    Raises
    ------
    graticule.errors.FileError
        If it cannot be written, because the disk is full, say.
    """
    aside = path.with_name(f".{uuid4().hex}.part")
    try:
        yield aside
        aside.replace(path)
    except OSError as error:
        raise FileError(path, f"cannot be written ({error.strerror}).") from error
    finally:
        aside.unlink(missing_ok=True)
