"""Texts as words, the same for what is stored and for what is asked.

Both databases are given words that are ready: their own rules for splitting
differ. Case and accents do not count; anything but letters and digits parts
words. A text is read in up to three ways, so that ``CellCulture12`` is found as
``cellculture12``, as ``cellculture`` and as ``culture``. Knows no database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST_WORD = 64
"""Letters of a word that count."""
WILDCARDS = frozenset("*?")

Words = tuple[str, ...]

# Scripts that are written without spaces: every sign is a word.
_SINGLE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_SINGLE}]|[^\W_{_SINGLE}]+")
_WILD_RUN = re.compile(rf"[{_SINGLE}]|(?:[^\W_{_SINGLE}]|[*?])+")
_DIGITS = re.compile(r"\d+|\D+")


def readings(text: str) -> list[Words]:
    """Read a text in all ways: by runs, by digits, by digits and capitals.

    Returns
    -------
    list
        One to three sequences of words, all different; none for a text without
        letters and digits.
    """
    plain = _plain(text)
    runs = parts = _RUN.findall(plain)
    if not all(map(str.isalpha, runs)):
        parts = [part for run in runs for part in _DIGITS.findall(run)]
    humps = parts
    if not plain.islower():
        humps = [hump for part in parts for hump in _humps(part)]
    ways = dict.fromkeys(tuple(_folded(way)) for way in (runs, parts, humps))
    return [way for way in ways if way]


def wild_words(text: str) -> Words:
    """Read a text with ``*`` and ``?`` in it as patterns, by runs only.

    A ``*`` that stands alone before or behind other words means nothing there.
    """
    runs = [re.sub(r"\*+", "*", run) for run in _WILD_RUN.findall(_plain(text))]
    while len(runs) > 1 and runs[0] == "*":
        runs.pop(0)
    while len(runs) > 1 and runs[-1] == "*":
        runs.pop()
    return tuple(_folded(runs))


def matches(pattern: str, word: str) -> bool:
    """Say whether a word fits a pattern; for a few words outside the database."""
    return re.fullmatch(regex(pattern), word) is not None


def regex(pattern: str, letter: str = ".") -> str:
    """Write a pattern as a regular expression that both databases understand."""
    signs = {"*": f"{letter}*", "?": letter}
    return "".join(signs.get(sign, sign) for sign in pattern)


def _plain(text: str) -> str:
    """Take accents away, and what is the same letter in another width or style."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(c for c in parts if not unicodedata.category(c).startswith("M"))


def _folded(runs: list[str]) -> list[str]:
    return [folded for run in runs if (folded := _fold(run.casefold()))]


def _fold(word: str) -> str:
    if not word.isascii():
        # Folding may bring accents back: "İ" becomes "i" with a dot.
        word = "".join(c for c in _plain(word) if c.isalnum() or c in WILDCARDS)
    return word[:LONGEST_WORD]


def _humps(run: str) -> Iterator[str]:
    """Split where a capital begins a word: ``OMEZarr`` is OME and Zarr."""
    if run[1:].islower() or run.isupper() or not run.isalpha():
        yield run
        return
    start = 0
    for place in range(1, len(run)):
        begins = run[place].isupper() and (
            not run[place - 1].isupper() or run[place + 1 : place + 2].islower()
        )
        if begins:
            yield run[start:place]
            start = place
    yield run[start:]
