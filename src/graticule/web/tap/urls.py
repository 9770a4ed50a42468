"""What lies at ``/tap`` beside jobs and ``sync`` (:mod:`graticule.web.uws.places`)."""

from __future__ import annotations

from django.urls import path, re_path

from graticule.web.tap import views

urlpatterns = [
    re_path(r"^tap/?$", views.page, name="tap"),
    path("tap/tables", views.tables, name="tap_tables"),
    path("tap/tables/<str:name>", views.tables, name="tap_table"),
]
