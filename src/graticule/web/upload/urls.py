"""Addresses of uploads: one for each file, as tus has it, and one for each set."""

from __future__ import annotations

from django.urls import path, re_path

from graticule.web.upload import views

_ID = "(?P<upload_id>[0-9a-f]{1,32})"
_SET = "(?P<set_id>[0-9a-f]{1,32})"

urlpatterns = [
    path("", views.uploads, name="uploads"),
    path("sets/", views.upload_sets, name="upload_sets"),
    re_path(rf"^sets/{_SET}/$", views.upload_set, name="upload_set"),
    re_path(rf"^sets/{_SET}/finish/$", views.upload_finish, name="upload_finish"),
    re_path(rf"^{_ID}/?$", views.upload_file, name="upload_file"),
]
