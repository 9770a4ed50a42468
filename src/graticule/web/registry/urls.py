"""Where the record is."""

from __future__ import annotations

from django.urls import path

from graticule.web.registry import views

urlpatterns = [path("record.xml", views.record, name="registry_record")]
