"""Sentences that say what was done; kept with each change for its undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_LONGEST = 80


def short(name: str) -> str:
    """Cut a name to what fits into a sentence."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def counted(kind: str, number: int) -> str:
    """Say how many: ``1 image``, ``1,204 images``."""
    return f"{number:,} {kind}{'' if number == 1 else 's'}"


def listed(counts: Mapping[str, int]) -> str:
    """Say how many of each kind: ``2 projects and 5 datasets``."""
    parts = [counted(kind, number) for kind, number in counts.items() if number]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def deleted(taken: Mapping[str, Sequence[int]], orphans: Mapping[str, int]) -> str:
    """Say what was deleted and what became of the rest."""
    gone = listed({kind: len(ids) for kind, ids in taken.items()})
    return f"{gone} deleted. {stay(orphans)}".strip()


def stay(orphans: Mapping[str, int]) -> str:
    """Say what of images and plates is in no container any more, and that it stays."""
    left = listed(orphans)
    if not left:
        return ""
    verb = "stays" if sum(orphans.values()) == 1 else "stay"
    return f"{left} {verb}, in no container; files are not touched."
