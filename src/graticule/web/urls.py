"""Where each door is mounted."""

from __future__ import annotations

from django.urls import include, path

from graticule.web.gateway.export_views import temp_file

urlpatterns = [
    path("", include("graticule.web.pages.urls")),
    path("", include("graticule.web.login.urls")),
    path("", include("graticule.web.openapi.urls")),
    path("", include("graticule.web.seek.urls")),
    path("", include("graticule.web.vosi.urls")),
    path("account/", include("graticule.web.account.urls")),
    path("administration/", include("graticule.web.administration.urls")),
    path("api/", include("graticule.web.api.urls")),
    path("browse/", include("graticule.web.browse.urls")),
    path("measure/", include("graticule.web.measure.urls")),
    path("plates/", include("graticule.web.plates.urls")),
    path("services/", include("graticule.web.uws.urls")),
    path("", include("graticule.web.uws.placed_urls")),  # after the one above
    path("", include("graticule.web.tap.urls")),
    path("upload/", include("graticule.web.upload.urls")),
    path("webgateway/", include("graticule.web.gateway.urls")),
    # Exported files, where clients are sent to (contract webgateway 15).
    path("static/webgateway/tfiles/<str:key>/<str:name>", temp_file, name="temp_file"),
    path("webclient/", include("graticule.web.webclient.urls")),
    path("iviewer/", include("graticule.web.iviewer.urls")),
    path("datalink/", include("graticule.web.datalink.urls")),
    path("figure/", include("graticule.web.figure.urls")),
    path("table/", include("graticule.web.table.urls")),
    path("annotate/", include("graticule.web.annotate.urls")),
    path("clients/", include("graticule.web.clients.urls")),
    path("regions/", include("graticule.web.regions.urls")),
    path("organise/", include("graticule.web.organise.urls")),
    path("sky/", include("graticule.web.sky.urls")),
    path("sia2/", include("graticule.web.sia.urls")),
    path("registry/", include("graticule.web.registry.urls")),
    path("share/", include("graticule.web.share.urls")),
    path("spread/", include("graticule.web.spread.urls")),
    path("view_export/", include("graticule.web.view_export.urls")),
]

handler400 = "graticule.web.errors.bad_request"
handler404 = "graticule.web.errors.not_found"
handler500 = "graticule.web.errors.server_error"
