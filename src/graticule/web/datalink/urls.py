"""Where links are, and the original files they lead to; jobs are placed by web.uws."""

from __future__ import annotations

from django.urls import path

from graticule.web.datalink import views

urlpatterns = [
    path("links", views.links, name="datalink_links"),
    path("dlget", views.get_original, name="datalink_get"),
]
