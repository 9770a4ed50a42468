"""The addresses of the description."""

from __future__ import annotations

from django.urls import path

from graticule.web.openapi import views

urlpatterns = [
    path("openapi.json", views.openapi, name="openapi"),
    path("openapi/", views.openapi_page, name="openapi_page"),
]
