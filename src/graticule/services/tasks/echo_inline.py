"""The echo, done in the request itself: what a request costs without any work."""

from __future__ import annotations

from dataclasses import replace

from graticule.services.tasks import echo

TASK = replace(
    echo.TASK,
    name="echo-inline",
    title="Echo in the request",
    inline=True,
    plain_errors=True,
)
