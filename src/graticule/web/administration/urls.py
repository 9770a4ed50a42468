"""Addresses of the administrators' pages."""

from __future__ import annotations

from typing import Any

from graticule.web.administration.site import site
from graticule.web.administration.tables import register

register()
urlpatterns: list[Any] = site.get_urls()
app_name = "admin"
