"""Addresses of figures."""

from __future__ import annotations

from django.urls import path

from graticule.web.view_export import views

urlpatterns = [path("<int:iid>/", views.view_export, name="view_export")]
