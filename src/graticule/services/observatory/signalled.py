"""What astropy raises when world coordinates are nonsense."""

from __future__ import annotations

from astropy.io.fits import VerifyError

SIGNALLED = (ValueError, TypeError, KeyError, ZeroDivisionError, VerifyError)
"""Errors of WCS and of units are ValueErrors; odd cards bring the others."""
