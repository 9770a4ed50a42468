"""The addresses of this door (contract webgateway 18, clients 6)."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
