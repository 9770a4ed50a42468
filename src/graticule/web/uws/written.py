"""Documents that are written once for all who look again; bounded.

Of jobs that have ended: clients look at them more often than they change. Knows no
job.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

_MOST = 2000
# Longer ones are rare, and written anew: so all together stay below 16 MB.
_LONGEST = 8000

_lock = Lock()
_documents: dict[Hashable, str] = {}


def written_once(key: Hashable, write: Callable[[], str]) -> str:
    """Give a document that was written before, or write it.

    Parameters
    ----------
    key
        Must change with whatever the document says.
    """
    found = _documents.get(key)
    if found is None:
        found = write()
        if len(found) <= _LONGEST:
            with _lock:
                if len(_documents) >= _MOST:
                    _documents.clear()
                _documents[key] = found
    return found
