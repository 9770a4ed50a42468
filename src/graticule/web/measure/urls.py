"""Addresses of measurements."""

from __future__ import annotations

from django.urls import path

from graticule.web.measure import views

urlpatterns = [path("profile/", views.profile, name="measure_profile")]
