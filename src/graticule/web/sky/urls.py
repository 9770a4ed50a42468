"""Addresses of the sky of an image."""

from __future__ import annotations

from django.urls import path

from graticule.web.sky import views

urlpatterns = [
    path("<int:image_id>/mesh/", views.mesh, name="sky_mesh"),
    path("<int:image_id>/at/", views.at, name="sky_at"),
    path("<int:image_id>/find/", views.find, name="sky_find"),
]
