"""The addresses of this door."""

from __future__ import annotations

from django.urls import path, re_path

from graticule.services.tables.pointing import KINDS
from graticule.web.table import views

urlpatterns = [
    path("<int:table>/", views.page, name="table"),
    path("<int:table>/columns/", views.columns, name="table_columns"),
    path("<int:table>/page/", views.rows, name="table_page"),
    re_path(
        rf"^thing/(?P<kind>{'|'.join(KINDS)})/(?P<thing>[0-9]{{1,18}})/$",
        views.thing,
        name="table_thing",
    ),
]
