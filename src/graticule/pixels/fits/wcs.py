"""World coordinates of a FITS image whose rows have been turned over.

Takes the cards of the World Coordinate System out of a header and rewrites
them for row ``NAXIS2 + 1 - row``. Knows no pixels; computes no sky position.
"""

from __future__ import annotations

import re

from astropy.io import fits

from graticule.pixels.fits.header import number, text

# Cards of one axis or of a pair, with the letter of an alternate description
# (Standard 4.0, 8.2).
_AXIS = re.compile(
    r"(CTYPE|CUNIT|CRPIX|CRVAL|CDELT|CROTA|CNAME|CRDER|CSYER)(\d+)([A-Z]?)"
)
_MATRIX = re.compile(r"(PC|CD)(\d+)_(\d+)([A-Z]?)")
_PARAMETER = re.compile(r"P[VS]\d+_\d+[A-Z]?|WAT\d_\d{3}")
_SIP = re.compile(r"(A|B|AP|BP)_(?:(\d+)_(\d+)|ORDER|DMAX)")
_GENERAL = re.compile(
    r"NAXIS\d*|EPOCH|RADECSYS|RESTFREQ|RESTFRQ|RESTWAV|TIMESYS|TREFPOS|"
    r"(WCSAXES|WCSNAME|LONPOLE|LATPOLE|RADESYS|EQUINOX|SPECSYS|SSYSOBS|SSYSSRC|"
    r"VELOSYS|VELANGL|ZSOURCE|MJDREF|DATEREF|RESTFRQ|RESTWAV)[A-Z]?|VELREF|"
    r"OBSGEO-[XYZLBH]|(MJD|DATE)-(OBS|BEG|AVG|END|REF)|MJDREF[IF]|TIMEUNIT|"
    r"(HGLN|HGLT|CRLN|CRLT|DSUN|HGLN|HGLT)_OBS|RSUN_REF"
)
# Distortions that live in tables outside of the header (Paper IV drafts).
_TABLES = re.compile(r"(CPDIS|CQDIS|D2IMDIS)\d+[A-Z]?|(DP|DQ|D2IM)\d+(\..*)?")


def turned_wcs(header: fits.Header, height: int) -> tuple[str | None, list[str]]:
    """Rewrite the world coordinates for rows counted from the top.

    Parameters
    ----------
    header
        Of the image as it lies in the file.
    height
        NAXIS2.

    Returns
    -------
    str or None
        Cards of 80 characters, one a line, that map *our* pixel ``(x, y)`` (plus
        one, as FITS counts from 1) to the sky exactly as the file's header maps
        the pixel of the file: CRPIX2 is mirrored, the second column of the matrix
        (or CDELT2) changes sign, and so do the SIP coefficients that are odd in
        the row. ``None`` if the header has no world coordinates.
    list of str
        What could not be carried over.
    """
    if not text(header, "CTYPE1") or not text(header, "CTYPE2"):
        return None, []
    cards = _wcs_cards(header)
    lost = []
    if any(_TABLES.fullmatch(keyword) for keyword in header):
        lost.append("Distortion tables are left out of the world coordinates.")
        for axis in (1, 2):
            name = text(cards, f"CTYPE{axis}")
            if name.endswith("-SIP") and "A_ORDER" not in cards:
                cards[f"CTYPE{axis}"] = name.removesuffix("-SIP")
    try:
        for letter in sorted(_descriptions(cards)):
            _turn_linear(cards, letter, height)
        _turn_sip(cards)
    except ValueError as error:
        return None, [*lost, f"The world coordinates are unusable: {error}."]
    return cards.tostring(sep="\n", endcard=False, padding=False), lost


def _wcs_cards(header: fits.Header) -> fits.Header:
    patterns = (_AXIS, _MATRIX, _PARAMETER, _SIP, _GENERAL)
    cards = fits.Header()
    for card in header.cards:
        keyword = card.keyword
        if keyword in cards or not any(p.fullmatch(keyword) for p in patterns):
            continue
        try:
            cards.append(fits.Card(keyword, card.value))
        except (fits.VerifyError, ValueError):
            continue
    return cards


def _descriptions(cards: fits.Header) -> set[str]:
    letters = set()
    for keyword in cards:
        match = _AXIS.fullmatch(keyword)
        if match:
            letters.add(match[3])
    return letters


def _turn_linear(cards: fits.Header, letter: str, height: int) -> None:
    """Mirror row and sign of the linear part of one description."""
    cards[f"CRPIX2{letter}"] = height + 1 - number(cards, f"CRPIX2{letter}", 0.0)
    found = [m for m in map(_MATRIX.fullmatch, cards) if m and m[4] == letter]
    kinds = {m[1] for m in found}
    if not kinds:
        # No matrix: CDELT2 carries the whole second column, with CROTA2 too.
        cards[f"CDELT2{letter}"] = -number(cards, f"CDELT2{letter}", 1.0)
        return
    for match in found:
        if match[3] == "2" and match[0] != f"PC2_2{letter}":
            cards[match[0]] = -number(cards, match[0], 0.0)
    if "PC" in kinds:
        # The diagonal is 1 where it is not written.
        cards[f"PC2_2{letter}"] = -number(cards, f"PC2_2{letter}", 1.0)


def _turn_sip(cards: fits.Header) -> None:
    """Change the sign of what is odd in the row (A), or even (B).

    With v the row from CRPIX2, the new row is v' = -v, and what the polynomial
    adds to the row has to change its sign once more (SIP convention, eq. 2).
    """
    for keyword in list(cards):
        match = _SIP.fullmatch(keyword)
        if match is None or match[3] is None:
            continue
        odd = int(match[3]) % 2 == 1
        if odd == (match[1] in {"A", "AP"}):
            cards[keyword] = -number(cards, keyword, 0.0)
