"""Images by position, time and wavelength: parse, authorise, ask, encode, reply."""

from __future__ import annotations

from itertools import chain

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.urls import reverse

from graticule.services.observatory.searching import find_observations
from graticule.web.sia.capabilities import described
from graticule.web.sia.documents import observations_document
from graticule.web.sia.params import query_of
from graticule.web.sia.rows import rows_of
from graticule.web.uws.access import reader_of
from graticule.web.uws.errors import VOTABLE, MethodError, uws_view
from graticule.web.vosi import health
from graticule.web.vosi.answers import (
    availability_answer,
    capabilities_answer,
    vosi_view,
)
from graticule.web.vosi.services import about_itself

_VERBS = ("GET", "HEAD", "POST", "OPTIONS")


@uws_view
def query(request: HttpRequest) -> HttpResponseBase:
    """Answer the images that fit what is asked for (SIA 2.0)."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(_VERBS)})
    if request.method not in _VERBS:
        raise MethodError(*_VERBS)
    asked = query_of(request)
    person = reader_of(request)
    links = request.build_absolute_uri(reverse("datalink_links"))
    found = find_observations(person, asked.wanted) if asked.wanted else iter(())
    document = observations_document(
        rows_of(found, links), most=asked.most, echo=asked.echo, links=links
    )
    # What goes wrong at the beginning becomes an error with its status.
    pieces = chain([next(document)], document)
    answer = StreamingHttpResponse(pieces, content_type=VOTABLE)
    answer["Cache-Control"] = "private, no-cache"
    return answer


@vosi_view
def capabilities(request: HttpRequest) -> HttpResponse:
    """Say which standards are spoken here, and where."""
    itself = about_itself(
        request, reverse("sia_capabilities"), reverse("sia_availability")
    )
    return capabilities_answer(chain(itself, described(request)))


@vosi_view
def availability(request: HttpRequest) -> HttpResponse:
    """Say whether images can be found now, and if not, why."""
    del request
    return availability_answer(health.troubles_of_answers())
