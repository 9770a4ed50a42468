"""The addresses of this door."""

from __future__ import annotations

from django.urls import path

from graticule.web.annotate import views

urlpatterns = [
    path("tags/", views.tags, name="annotate_tags"),
]
