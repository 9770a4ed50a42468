"""Shared links at work: below ``/share/<secret>/`` lies the same server, for a holder.

The secret is taken off the path and put before every address that the server gives,
so that pages, pictures and scripts go on below the link; there is no cookie, and
cookies of a login do not count. What is seen is decided by the one rule of visibility
(:mod:`graticule.catalog.access`); here it is only said which addresses can be asked
for at all: those that look, and send no original file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import timezone

from graticule.catalog.models import Person
from graticule.catalog.shares import holder_of
from graticule.errors import NotFoundError, NotPermittedError
from graticule.services.remembered import Remembered
from graticule.web.errors import error_answer

View = Callable[[HttpRequest], HttpResponseBase]
_LINK = re.compile(r"/share/(?P<secret>[\w-]{43})(?P<path>/.*)?")
_GATEWAY = (
    "render_image|render_image_region|render_image_rdef|render_image_region_rdef|"
    "render_split_channel|render_row_plot|render_col_plot|render_birds_eye_view|"
    "render_thumbnail|get_thumbnail|get_thumbnails|imgData|histogram_json|plate|"
    "dataset|well|wellData|get_rois_json|get_shape_json|render_roi_thumbnail|"
    "render_shape_thumbnail|render_shape_mask|listLuts_json|luts|luts_png"
)
_LOOKING = re.compile(
    r"/(?:(?:project|dataset|screen|plate|well|image)/\d+/"
    rf"|webgateway/(?:{_GATEWAY})/.*"
    r"|webgateway/(?:proj/\d+/.*)?"
    r"|webclient/render_image_download/.*"
    r"|annotate/(?:project|dataset|screen|plate|well|image)/\d+/(?:acquisition/)?"
    r"|iviewer/get_intensity/"
    r"|(?:browse|compare|measure|plates|regions|sky|view_export)/.*)"
)
_holders: Remembered[Person | None] = Remembered(10_000)


def share_middleware(get_response: View) -> View:
    """Let whoever comes by a shared link go on as its holder."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        link = _LINK.fullmatch(request.path_info)
        if link is None:
            return get_response(request)
        before = get_script_prefix()
        try:
            answer = _below(request, link, get_response)
        except (NotFoundError, NotPermittedError) as error:
            set_script_prefix(before)
            answer = error_answer(request, error)
        finally:
            set_script_prefix(before)
        # Nothing of it is used again without asking, nor found by a search.
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        answer.headers["X-Robots-Tag"] = "noindex"
        answer.cookies.clear()
        return answer

    return middleware


def _below(
    request: HttpRequest, link: re.Match[str], get_response: View
) -> HttpResponseBase:
    """Answer as the server does, to the holder of a link."""
    holder = _holder(link["secret"])
    if holder is None or holder.share is None:
        raise NotFoundError(
            "This link shows nothing, or nothing any more: it has expired or was "
            "revoked. Ask whoever gave it to you for another one."
        )
    if request.method not in {"GET", "HEAD"}:
        raise NotPermittedError("What a link shows is to look at only.")
    set_script_prefix(f"{get_script_prefix()}share/{link['secret']}/")
    request.holder = holder  # type: ignore[attr-defined]
    request.path_info = link["path"] or "/"
    if request.path_info == "/":
        share = holder.share
        return HttpResponseRedirect(reverse(share.kind, args=[share.thing_id]))
    if not _LOOKING.fullmatch(request.path_info):
        raise NotFoundError("This link shows one thing, and this is no part of it.")
    return get_response(request)


def _holder(secret: str) -> Person | None:
    """Find who holds a link; it ends at its time, whatever is remembered."""
    if not settings.GRATICULE["share_links"]:
        return None
    key = sha256(secret.encode()).digest()
    holder = _holders.get(key, lambda: holder_of(secret))
    if holder is None or holder.share is None:
        return None
    return holder if holder.share.expires > timezone.now() else None
