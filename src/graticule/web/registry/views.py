"""The record of this server, for whoever publishes or harvests it."""

from __future__ import annotations

from itertools import chain

from django.conf import settings
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date

from graticule.catalog.models import Person
from graticule.web.registry.record import record_document
from graticule.web.vosi.answers import vosi_view
from graticule.web.vosi.health import SINCE
from graticule.web.vosi.services import about_site, all_capabilities


@vosi_view
def record(request: HttpRequest) -> HttpResponse:
    """Answer the record; everybody may read it."""
    capabilities = chain(about_site(request), all_capabilities(request))
    home = request.build_absolute_uri(reverse("start"))
    began = Person.objects.aggregate(first=Min("date_joined"))["first"] or SINCE
    text = record_document(
        settings.GRATICULE.values, home, capabilities, (began, SINCE)
    )
    answer = HttpResponse(text, content_type="application/xml")
    answer["Last-Modified"] = http_date(SINCE.timestamp())
    return answer
