"""The addresses of this door (contract clients 4)."""

from __future__ import annotations

from django.urls import re_path

from graticule.web.iviewer import page_views, saving_views, views

_IMAGE = r"(?P<iid>[0-9]+)"
_THING = r"(?P<kind>roi|shape)/(?P<thing>[0-9]+)"
_PLANES = r"(?P<z>[0-9]+)(?:-(?P<last_z>[0-9]+))?/(?P<t>[0-9]+)"

urlpatterns = [
    re_path(r"^$", page_views.index, name="iviewer"),
    re_path(rf"^image_data/{_IMAGE}/$", views.image, name="iviewer_image_data"),
    re_path(rf"^image_data/{_IMAGE}/delta_t/$", views.delta_t, name="iviewer_delta_t"),
    re_path(
        rf"^{_THING}/image_data/$", views.image_of_roi, name="iviewer_roi_image_data"
    ),
    re_path(rf"^{_THING}/page_data/$", views.page_data, name="iviewer_page_data"),
    re_path(
        rf"^rois_by_plane/{_IMAGE}/{_PLANES}/$",
        views.rois_by_plane,
        name="iviewer_rois_by_plane",
    ),
    re_path(
        rf"^plane_shape_counts/{_IMAGE}/$",
        views.plane_shape_counts,
        name="iviewer_plane_shape_counts",
    ),
    re_path(r"^well_images/$", views.well_images, name="iviewer_well_images"),
    re_path(r"^get_intensity/$", views.get_intensity, name="iviewer_get_intensity"),
    re_path(r"^shape_stats/$", views.shape_stats, name="iviewer_shape_stats"),
    re_path(r"^persist_rois/$", saving_views.persist_rois, name="iviewer_persist_rois"),
    re_path(
        r"^save_projection/?$",
        saving_views.save_projection,
        name="iviewer_save_projection",
    ),
]
