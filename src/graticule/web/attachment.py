"""What a download is called (contract webgateway 2.9, its REC).

A plain name in quotes for old programs, and the true one as ``filename*`` (RFC
6266). Knows nothing of what is downloaded.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

_LONGEST = 255
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\"]')


def attachment(name: str) -> str:
    """Write the header ``Content-Disposition`` of a download.

    Folders, quotes and control characters in the name become ``_``; it is cut to
    255 characters, its end (where the extension is) being kept.
    """
    safe = _UNSAFE.sub("_", name).strip() or "download"
    # What no file name can hold: half a character.
    safe = safe.encode("utf-8", "replace").decode()[-_LONGEST:]
    if set(safe) <= {"."}:
        safe = "download"
    plain = unicodedata.normalize("NFKD", safe).encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
