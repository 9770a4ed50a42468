"""What uploaded files may be called, and where they lie.

Names come from anybody: nothing they say may lead out of the folder of their set,
nor be a name that some system cannot keep. They are refused rather than changed,
for files of a set call each other by their names. Looks at no file.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from graticule.errors import RequestError

LONGEST_PATH = 1024
LONGEST_NAME_BYTES = 255

# Devices on Windows, whatever stands behind the first dot.
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\..*)?",
    re.IGNORECASE | re.DOTALL,
)
_UNSAFE = re.compile(r"[^\w.@+=-]+")


def safe_place(text: str) -> str:
    """Check the path of a file within its set, ``/`` between folders.

    Returns
    -------
    str
        The same path.

    Raises
    ------
    graticule.errors.RequestError
        If it leads out of its folder, or is no name for a file everywhere.
    """
    shown = text[:80]
    if not text or len(text) > LONGEST_PATH:
        raise RequestError(f"A path has 1 to {LONGEST_PATH} characters: {shown!r}.")
    if text.startswith("/") or "\\" in text:
        raise RequestError(
            f"{shown!r} is no path within a folder: write folder/name, with / only."
        )
    for name in text.split("/"):
        _check_name(name, shown)
    return str(PurePosixPath(text))


def _check_name(name: str, shown: str) -> None:
    if name in {"", ".", ".."}:
        raise RequestError(f"{shown!r} leads out of its folder or nowhere: rename it.")
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        raise RequestError(f"{shown!r} is no text: rename the file.") from None
    if length > LONGEST_NAME_BYTES:
        raise RequestError(
            f"{shown!r} holds a name of {length} bytes; {LONGEST_NAME_BYTES} are "
            "possible. Shorten it."
        )
    if any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in name):
        raise RequestError(f"{shown!r} holds a control character: rename the file.")
    if name[-1] in " ." or name[0] == " " or _RESERVED.fullmatch(name):
        raise RequestError(
            f"{shown!r} holds a name that not every system can keep: rename the file."
        )


def folder_name(text: str, number: int) -> str:
    """Make a folder's name of somebody's name and their number."""
    plain = _UNSAFE.sub("_", text).strip("._")[:60]
    return f"{plain}-{number}" if plain else str(number)
