"""The addresses of this door."""

from __future__ import annotations

from django.urls import re_path

from graticule.web.regions import file_views, views

_IMAGE = r"(?P<iid>[0-9]+)"

urlpatterns = [
    re_path(rf"^{_IMAGE}/$", views.about, name="regions"),
    re_path(rf"^{_IMAGE}/view/$", views.view, name="regions_view"),
    re_path(rf"^{_IMAGE}/list/$", views.listing, name="regions_list"),
    re_path(rf"^{_IMAGE}/place/$", views.place, name="regions_place"),
    re_path(rf"^{_IMAGE}/shapes/$", views.shapes, name="regions_shapes"),
    re_path(rf"^{_IMAGE}/measures/$", views.measures, name="regions_measures"),
    re_path(rf"^{_IMAGE}/save/$", views.save, name="regions_save"),
    re_path(
        rf"^{_IMAGE}/file\.(?P<form>csv|json|geojson)$",
        file_views.file,
        name="regions_file",
    ),
]
