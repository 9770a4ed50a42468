"""The addresses of this door."""

from __future__ import annotations

from django.urls import path

from graticule.web.organise import asking_views, changing_views

urlpatterns = [
    path("create/", changing_views.create, name="organise_create"),
    path("describe/", changing_views.describe, name="organise_describe"),
    path("move/", changing_views.move, name="organise_move"),
    path("copy/", changing_views.copy, name="organise_copy"),
    path("remove/", changing_views.remove, name="organise_remove"),
    path("delete/", changing_views.delete, name="organise_delete"),
    path("undo/", changing_views.undo, name="organise_undo"),
    path("deletion/", asking_views.deletion, name="organise_deletion"),
    path("targets/", asking_views.targets, name="organise_targets"),
    path("tags-of/", asking_views.tags_of, name="organise_tags_of"),
    path("offers/", asking_views.offers, name="organise_offers"),
]
