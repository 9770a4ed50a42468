"""What a request for links asks (DataLink 1.1, section 2; contract uws L1).

Names are folded, values are not. Looks nothing up.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest

from graticule.errors import RequestError
from graticule.web.uws.params import UnsupportedBodyError

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_VOTABLES = {"votable", "application/x-votable+xml", "text/xml", "application/xml"}
_LONGEST = 1000


def identifiers(request: HttpRequest) -> list[str]:
    """List the identifiers, each once, in the order in which they were asked for.

    Raises
    ------
    graticule.errors.RequestError
        If one is too long to be one.
    """
    found = dict.fromkeys(text for text in _values(request, "ID") if text.strip())
    for text in found:
        if len(text) > _LONGEST:
            raise RequestError(
                f"UsageFault: an ID has at most {_LONGEST} characters, not {len(text)}."
            )
    return list(found)


def is_votable_asked(request: HttpRequest) -> bool:
    """Say whether a VOTable is asked for by its name.

    Raises
    ------
    graticule.errors.RequestError
        If something else is, or several.
    """
    asked = [text for text in _values(request, "RESPONSEFORMAT") if text]
    if len(asked) > 1:
        raise RequestError(f"UsageFault: RESPONSEFORMAT was given {len(asked)} times.")
    if not asked:
        return False
    if asked[0].partition(";")[0].strip().lower() not in _VOTABLES:
        raise RequestError(
            f"UsageFault: RESPONSEFORMAT {asked[0][:80]} cannot be given; links come "
            "as votable only."
        )
    return True


def one(request: HttpRequest, name: str) -> str:
    """Give the only value of a parameter; empty where there is none.

    Raises
    ------
    graticule.errors.RequestError
        If there are several.
    """
    found = [text for text in _values(request, name) if text]
    if len(found) > 1:
        raise RequestError(f"UsageFault: {name} was given {len(found)} times.")
    return found[0] if found else ""


def _values(request: HttpRequest, name: str) -> Iterator[str]:
    """Go through the values of a name in query and body.

    Raises
    ------
    graticule.web.uws.params.UnsupportedBodyError
        If the body is no form.
    """
    length = int(request.headers.get("Content-Length", "0") or "0")
    kind = (request.content_type or "").lower()
    if request.method == "POST" and length and kind not in _FORMS:
        raise UnsupportedBodyError(
            f"UsageFault: a body of the type {kind or 'unknown'} is not understood: "
            f"send {' or '.join(_FORMS)}."
        )
    for query in (request.GET, request.POST):
        for word, texts in query.lists():
            if word.upper() == name:
                yield from texts
