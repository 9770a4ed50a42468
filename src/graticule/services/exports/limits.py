"""What is too much for a request: the one place where exports are refused.

The writers themselves know no such limits: what is too much here is a job's.
"""

from __future__ import annotations

from django.conf import settings

from graticule.errors import LimitError


def check_export(limit: str, asked: int, what: str) -> None:
    """Refuse an export that is too much for a request.

    Parameters
    ----------
    limit
        The setting that bounds it: ``max_export_images``, ``max_export_bytes``,
        ``max_movie_frames``.
    asked
        What was asked for, in the same unit.
    what
        The thing measured, as in ``"A movie"``.

    Raises
    ------
    graticule.errors.LimitError
    """
    allowed: int = settings.GRATICULE[limit]
    if asked > allowed:
        raise LimitError(limit, allowed, asked, what)
