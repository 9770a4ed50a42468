"""The addresses of this door; what lies below a link is in no list."""

from __future__ import annotations

from django.urls import path

from graticule.web.share import views

urlpatterns = [
    path("", views.page, name="share_page"),
    path("links/", views.links, name="share_links"),
    path("revoke/", views.revoke, name="share_revoke"),
]
