"""Addresses of the clients that have no door of their own (contract clients 2, 3)."""

from __future__ import annotations

from django.urls import re_path

from graticule.web.clients import views

urlpatterns = [
    re_path(r"^viewport/(?P<iid>[0-9]+)/$", views.viewport, name="viewport"),
    re_path(
        r"^viewport/plate/(?P<plate_id>[0-9]+)/$",
        views.plate_panel,
        name="plate_panel",
    ),
]
