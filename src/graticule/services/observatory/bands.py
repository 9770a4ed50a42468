"""Which wavelengths the well-known filters let pass, by the names in headers.

Each band is its middle and its full width at half maximum, in nanometres, after

- 2MASS J, H and Ks: Cohen, Wheaton & Megeath 2003, AJ 126, 1090, table 2;
- SDSS u, g, r, i and z: Fukugita et al. 1996, AJ 111, 1748, table 2a;
- Johnson-Cousins U, B, V, R and I: Bessell 2005, ARA&A 43, 293, table 1;
- Hubble's wide filters: WFPC2 Instrument Handbook 10.0, table 3.1, middle and width.

A name that is not here says nothing: better no wavelength than a wrong one.
"""

from __future__ import annotations

import re

_NANOMETRES = {
    "J": (1235.0, 162.0),
    "H": (1662.0, 251.0),
    "K": (2159.0, 262.0),
    "Ks": (2159.0, 262.0),
    "u": (354.3, 56.7),
    "g": (477.0, 138.7),
    "r": (623.1, 137.3),
    "i": (762.5, 152.6),
    "z": (913.4, 95.0),
    "U": (366.3, 65.0),
    "B": (436.1, 89.0),
    "V": (544.8, 84.0),
    "R": (640.7, 158.0),
    "I": (798.0, 154.0),
    "F300W": (299.2, 74.0),
    "F336W": (335.9, 48.0),
    "F439W": (431.2, 46.4),
    "F450W": (455.7, 95.8),
    "F555W": (544.3, 122.8),
    "F606W": (600.1, 150.2),
    "F675W": (671.8, 86.5),
    "F702W": (691.7, 138.3),
    "F814W": (799.6, 146.6),
}
# "SDSS g", "g'", "g_G0301" (Gemini), "Johnson V", "2MASS_J", "K_s", "Kshort".
_SURVEYS = re.compile(r"(sdss|2mass|johnson|cousins|bessell?)[\s_.-]*", re.IGNORECASE)
_SERIAL = re.compile(r"(_G\d+|'|\s*[\s_-]band)$", re.IGNORECASE)
_SHORT = re.compile(r"K[\s_-]?s(hort)?", re.IGNORECASE)


def band_of(name: str) -> tuple[float, float] | None:
    """Find the wavelengths of a filter, shortest and longest in metres."""
    plain = _SERIAL.sub("", _SURVEYS.sub("", name.strip(), count=1))
    if _SHORT.fullmatch(plain):
        plain = "Ks"
    found = _NANOMETRES.get(plain)
    if found is None:
        return None
    middle, width = found
    return (middle - width / 2) * 1e-9, (middle + width / 2) * 1e-9
