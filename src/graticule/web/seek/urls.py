"""Addresses of this door, and of the page of results."""

from __future__ import annotations

from django.urls import path

from graticule.web.seek import views

urlpatterns = [
    path("seek/", views.suggestions, name="seek"),
    path("seek/facets/", views.facets, name="seek_facets"),
    path("seek/ids/", views.ids, name="seek_ids"),
    path("search/", views.results, name="search"),
]
