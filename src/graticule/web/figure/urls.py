"""The addresses of this door (contract clients 5)."""

from __future__ import annotations

from django.urls import re_path

from graticule.web.figure import (
    figure_views,
    image_views,
    page_views,
    picture_views,
)

_IID = "(?P<iid>[0-9]+)"
_PLANE = "(?P<z>[0-9]+)/(?P<t>[0-9]+)"

urlpatterns = [
    re_path(r"^$", page_views.index, name="figure_index"),
    # Addresses the page gives itself.
    re_path(r"^(?:new|open|recover)/?$", page_views.index, name="figure_new"),
    re_path(r"^file/(?P<file_id>[0-9]+)/?$", page_views.index, name="figure_file"),
    re_path(rf"^imgData/{_IID}/$", image_views.image_data_json, name="figure_imgData"),
    re_path(
        rf"^render_scaled_region/{_IID}/{_PLANE}/$",
        picture_views.render_scaled_region,
        name="figure_render_scaled_region",
    ),
    re_path(
        rf"^max_projection_range_exceeded/{_IID}/{_PLANE}/$",
        picture_views.max_projection_range_exceeded,
        name="figure_max_projection_range_exceeded",
    ),
    re_path(
        rf"^render_thumbnail/{_IID}/$",
        picture_views.render_thumbnail,
        name="figure_render_thumbnail",
    ),
    re_path(rf"^roiCount/{_IID}/$", image_views.roi_count, name="figure_roiCount"),
    re_path(
        rf"^roiRectangles/{_IID}/$",
        image_views.roi_rectangles,
        name="figure_roiRectangles",
    ),
    re_path(r"^timestamps/$", image_views.timestamps, name="figure_timestamps"),
    re_path(r"^z_scale/$", image_views.z_scale, name="figure_z_scale"),
    re_path(r"^pixels_type/$", image_views.pixels_type, name="figure_pixels_type"),
    re_path(
        r"^images_details/$", image_views.images_details, name="figure_images_details"
    ),
    re_path(
        r"^unit_conversion/(?P<value>[^/]+)/(?P<unit>[A-Z]+)/(?P<into>[A-Z]+)/$",
        image_views.unit_conversion,
        name="figure_unit_conversion",
    ),
    re_path(
        r"^list_web_figures/$", figure_views.list_web_figures, name="list_web_figures"
    ),
    re_path(
        r"^load_web_figure/(?P<file_id>[0-9]+)/$",
        figure_views.load_web_figure,
        name="load_web_figure",
    ),
    re_path(
        r"^save_web_figure/$", figure_views.save_web_figure, name="save_web_figure"
    ),
    re_path(
        r"^delete_web_figure/$",
        figure_views.delete_web_figure,
        name="delete_web_figure",
    ),
    re_path(r"^chgrp/$", figure_views.chgrp, name="figure_chgrp"),
]
