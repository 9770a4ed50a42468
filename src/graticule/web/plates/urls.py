"""Addresses of what the plate page asks for."""

from __future__ import annotations

from django.urls import path

from graticule.web.plates import views

urlpatterns = [
    path("<int:plate_id>/columns/", views.columns, name="plate_columns"),
    path("<int:plate_id>/values/", views.values, name="plate_values"),
    path("<int:plate_id>/wells/", views.wells, name="plate_wells"),
]
