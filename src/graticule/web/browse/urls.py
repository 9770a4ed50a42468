"""The addresses of this door."""

from __future__ import annotations

from django.urls import path

from graticule.web.browse import views

urlpatterns = [
    path("tree/", views.tree, name="browse_tree"),
    path("tree/<str:kind>/", views.roots, name="browse_roots"),
    path("project/<int:project_id>/", views.project, name="browse_project"),
    path("screen/<int:screen_id>/", views.screen, name="browse_screen"),
    path("images/", views.images, name="browse_images"),
    path("ids/", views.ids, name="browse_ids"),
]
