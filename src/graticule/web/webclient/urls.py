"""The addresses of this door (contract webgateway 18, clients 6).

Most are the gateway's own views under another address. Login and logout lie here,
too, and belong to :mod:`graticule.web.login`.
"""

from __future__ import annotations

from django.urls import re_path

from graticule.web.gateway import (
    download_views,
    image_views,
    line_plot_views,
    list_views,
    lut_views,
    rendering_views,
    split_views,
)
from graticule.web.webclient import (
    annotation_views,
    page_views,
    path_views,
    thumbnail_views,
)

_IID = r"(?P<iid>[0-9]+)"
_ZT = r"(?:(?P<z>[0-9]+)/)?(?:(?P<t>[0-9]+)/)?"
_PLANE = r"(?P<z>[0-9]+)/(?P<t>[0-9]+)"

SAME = [
    re_path(
        rf"^render_image/{_IID}/{_ZT}$",
        image_views.render_image,
        name="webclient_render_image",
    ),
    re_path(
        rf"^render_image_region/{_IID}/{_PLANE}/$",
        image_views.render_image_region,
        name="webclient_render_image_region",
    ),
    re_path(
        rf"^render_birds_eye_view/{_IID}/(?:(?P<w>[0-9]+)/)?$",
        image_views.render_thumbnail,
        name="webclient_render_birds_eye_view",
    ),
    re_path(
        rf"^render_row_plot/{_IID}/{_PLANE}/(?P<y>[0-9]+)/(?:(?P<w>[0-9]+)/)?$",
        line_plot_views.render_row_plot,
        name="webclient_render_row_plot",
    ),
    re_path(
        rf"^render_col_plot/{_IID}/{_PLANE}/(?P<x>[0-9]+)/(?:(?P<w>[0-9]+)/)?$",
        line_plot_views.render_col_plot,
        name="webclient_render_col_plot",
    ),
    re_path(
        rf"^render_split_channel/{_IID}/{_PLANE}/$",
        split_views.render_split_channel,
        name="webclient_render_split_channel",
    ),
    re_path(
        rf"^imgData/{_IID}/(?:(?P<key>[^/]+)/)?$",
        list_views.image_data_json,
        name="webclient_imgData",
    ),
    re_path(
        rf"^img_detail/{_IID}/$", list_views.viewer_page, name="webclient_img_detail"
    ),
    re_path(
        rf"^saveImgRDef/{_IID}/$",
        rendering_views.save_image_rdef,
        name="webclient_saveImgRDef",
    ),
    re_path(
        r"^getImgRDef/$", rendering_views.get_image_rdef, name="webclient_getImgRDef"
    ),
    re_path(
        r"^copyImgRDef/$", rendering_views.copy_image_rdef, name="webclient_copyImgRDef"
    ),
    re_path(r"^luts/$", lut_views.list_luts, name="webclient_luts"),
]
"""Answered exactly as below ``/webgateway/``."""

urlpatterns = [
    re_path(r"^$", page_views.index, name="webindex"),
    *SAME,
    re_path(
        rf"^render_image_download/{_IID}/{_ZT}$",
        download_views.render_image_download,
        name="webclient_render_image_download",
    ),
    re_path(
        rf"^render_thumbnail/(?:size/(?P<w>[0-9]+)/)?{_IID}/$",
        thumbnail_views.render_thumbnail,
        name="webclient_render_thumbnail",
    ),
    re_path(
        rf"^get_thumbnail/{_IID}/$",
        thumbnail_views.get_thumbnail,
        name="webclient_get_thumbnail",
    ),
    re_path(
        r"^get_thumbnails/(?:(?P<w>[0-9]+)/)?$",
        image_views.get_thumbnails,
        name="webclient_get_thumbnails",
    ),
    re_path(
        r"^api/paths_to_object/$",
        path_views.paths_to_object,
        name="webclient_paths_to_object",
    ),
    re_path(
        r"^api/annotations/$",
        annotation_views.list_annotations,
        name="webclient_annotations",
    ),
    re_path(
        r"^keepalive_ping/$", page_views.keepalive_ping, name="webclient_keepalive_ping"
    ),
    re_path(
        r"^activities_json/$", page_views.activities, name="webclient_activities_json"
    ),
]
