"""Where the site says what it is."""

from __future__ import annotations

from django.urls import path

from graticule.web.tap import views as tap
from graticule.web.vosi import views

urlpatterns = [
    path("capabilities", views.site_capabilities, name="vosi_capabilities"),
    path("availability", views.site_availability, name="vosi_availability"),
    path("tables", tap.tables, name="vosi_tables"),
    path("tables/<str:name>", tap.tables, name="vosi_table"),
]
