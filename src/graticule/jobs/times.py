"""The clock of jobs: UTC, in milliseconds (contract uws U14)."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Take the time, cut once to milliseconds: listed times compare exactly."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
