"""The addresses of this door."""

from __future__ import annotations

from django.urls import path, re_path

from graticule.services.annotating.targets import KINDS
from graticule.web.annotate import views

_THING = rf"(?P<kind>{'|'.join(KINDS)})/(?P<thing>[0-9]{{1,18}})"

urlpatterns = [
    path("tags/", views.tags, name="annotate_tags"),
    path("pairs/", views.pairs_of_many, name="annotate_pairs"),
    path("links/<int:link>/remove/", views.remove, name="annotate_remove"),
    path("files/<int:annotation>/", views.download, name="annotate_download"),
    path(
        "image/<int:image>/acquisition/",
        views.acquisition,
        name="annotate_acquisition",
    ),
    path("image/<int:image>/original/", views.original, name="annotate_original"),
    path(
        "image/<int:image>/original.txt",
        views.original_text,
        name="annotate_original_text",
    ),
    re_path(rf"^{_THING}/$", views.thing, name="annotate_thing"),
    re_path(rf"^{_THING}/words/$", views.words, name="annotate_words"),
    re_path(rf"^{_THING}/comments/$", views.comment, name="annotate_comment"),
    re_path(rf"^{_THING}/rating/$", views.rating, name="annotate_rating"),
    re_path(rf"^{_THING}/pairs/$", views.pairs, name="annotate_thing_pairs"),
    re_path(rf"^{_THING}/files/$", views.attach, name="annotate_attach"),
    re_path(rf"^{_THING}/tables/$", views.attach_as_table, name="annotate_table"),
]
