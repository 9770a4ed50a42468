"""Addresses of the pages; the names are used by templates and other doors."""

from __future__ import annotations

from django.urls import path

from graticule.web.pages import compare_views, views, well_views

urlpatterns = [
    path("", views.start, name="start"),
    # Where browsers look that were told nothing, as on pages of clients.
    path("favicon.ico", views.favicon, name="favicon"),
    path("project/<int:project_id>/", views.project, name="project"),
    path("dataset/<int:dataset_id>/", views.dataset, name="dataset"),
    path("screen/<int:screen_id>/", views.screen, name="screen"),
    path("plate/<int:plate_id>/", views.plate, name="plate"),
    path(
        "plate/<int:plate_id>/well/<int:row>/<int:column>/",
        well_views.well_at,
        name="plate_well",
    ),
    path("well/<int:well_id>/", well_views.well, name="well"),
    path("image/<int:iid>/", views.image_detail, name="image"),
    path("compare/", compare_views.compare, name="compare"),
]
