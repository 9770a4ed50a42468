"""Addresses of settings that go to many images."""

from __future__ import annotations

from django.urls import path

from graticule.web.spread import views

urlpatterns = [
    path("undo/", views.undo, name="spread_undo"),
    path("<int:iid>/", views.spread, name="spread"),
]
