"""Where images are searched, and where that says what it is."""

from __future__ import annotations

from django.urls import path

from graticule.web.examples.views import examples
from graticule.web.sia import views

urlpatterns = [
    path("query", views.query, name="sia_query"),
    path("capabilities", views.capabilities, name="sia_capabilities"),
    path("availability", views.availability, name="sia_availability"),
    path("examples", examples, {"service": "sia"}, name="sia_examples"),
]
