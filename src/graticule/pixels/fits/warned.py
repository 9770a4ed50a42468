"""What astropy warns of, collected as sentences instead of written somewhere.

Everybody who has astropy read a header goes through here. Knows no header.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()


@contextmanager
def caught() -> Iterator[list[str]]:
    """Collect astropy's warnings as sentences, each once.

    Filters of warnings belong to the whole process, hence the lock: two files
    may not be parsed at once.
    """
    messages: list[str] = []
    with _lock, warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        yield messages
        told = (" ".join(str(one.message).split()) for one in seen)
        messages.extend(dict.fromkeys(told))
