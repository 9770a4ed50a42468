"""Where each door is mounted."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("graticule.web.pages.urls")),
    path("", include("graticule.web.login.urls")),
    path("", include("graticule.web.openapi.urls")),
    path("api/", include("graticule.web.api.urls")),
    path("webgateway/", include("graticule.web.gateway.urls")),
    path("webclient/", include("graticule.web.webclient.urls")),
    path("iviewer/", include("graticule.web.iviewer.urls")),
    path("figure/", include("graticule.web.figure.urls")),
    path("clients/", include("graticule.web.clients.urls")),
]

handler400 = "graticule.web.errors.bad_request"
handler404 = "graticule.web.errors.not_found"
handler500 = "graticule.web.errors.server_error"
