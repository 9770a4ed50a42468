"""The addresses of the gateway, by the contract's route names (webgateway 1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponseBase
from django.urls import re_path

from graticule.web.gateway import image_views, list_views
from graticule.web.pages.views import image_detail

_IID = r"(?P<iid>\d+)"
_ZT = r"(?:(?P<z>\d+)/)?(?:(?P<t>\d+)/)?"
_WH = r"(?:(?P<w>\d+)/)?(?:(?P<h>\d+)/)?"

_explicit_image: Callable[..., HttpResponseBase] = partial(
    image_views.render_image, explicit=True
)
_explicit_region: Callable[..., HttpResponseBase] = partial(
    image_views.render_image_region, explicit=True
)

urlpatterns = [
    re_path(r"^$", list_views.index, name="webgateway"),
    re_path(
        rf"^render_image/{_IID}/{_ZT}$",
        image_views.render_image,
        name="webgateway_render_image",
    ),
    re_path(
        rf"^render_image_region/{_IID}/(?P<z>\d+)/(?P<t>\d+)/$",
        image_views.render_image_region,
        name="webgateway_render_image_region",
    ),
    re_path(
        rf"^render_image_rdef/{_IID}/{_ZT}$",
        _explicit_image,
        name="webgateway_render_image_rdef",
    ),
    re_path(
        rf"^render_image_region_rdef/{_IID}/(?P<z>\d+)/(?P<t>\d+)/$",
        _explicit_region,
        name="webgateway_render_image_region_rdef",
    ),
    re_path(
        rf"^render_birds_eye_view/{_IID}/(?:(?P<w>\d+)/)?$",
        image_views.render_thumbnail,
        name="webgateway_render_birds_eye_view",
    ),
    re_path(
        rf"^render_thumbnail/{_IID}/{_WH}$",
        image_views.render_thumbnail,
        name="webgateway_render_thumbnail",
    ),
    re_path(
        rf"^get_thumbnail/{_IID}/{_WH}$",
        image_views.get_thumbnail,
        name="webgateway_get_thumbnail_json",
    ),
    re_path(
        r"^get_thumbnails/(?:(?P<w>\d+)/)?$",
        image_views.get_thumbnails,
        name="webgateway_get_thumbnails_json",
    ),
    re_path(
        rf"^imgData/{_IID}/(?:(?P<key>[^/]+)/)?$",
        list_views.image_data_json,
        name="webgateway_imageData_json",
    ),
    re_path(
        r"^proj/list/$", list_views.list_projects, name="webgateway_listProjects_json"
    ),
    re_path(
        r"^proj/(?P<pid>\d+)/detail/$",
        list_views.project_detail,
        name="webgateway_projectDetail_json",
    ),
    re_path(
        r"^proj/(?P<pid>\d+)/children/$",
        list_views.list_datasets,
        name="webgateway_listDatasets_json",
    ),
    re_path(
        r"^dataset/(?P<did>\d+)/detail/$",
        list_views.dataset_detail,
        name="webgateway_datasetDetail_json",
    ),
    re_path(
        r"^dataset/(?P<did>\d+)/children/$",
        list_views.list_images,
        name="webgateway_listimages_json",
    ),
    re_path(
        r"^well/(?P<did>\d+)/children/$",
        list_views.list_well_images,
        name="webgateway_listwellimages_json",
    ),
    re_path(
        r"^wellData/(?P<wid>\d+)/$",
        list_views.well_data,
        name="webgateway_wellData_json",
    ),
    # Not anchored at its end: any text may follow (contract 1).
    re_path(
        rf"^histogram_json/{_IID}/channel/(?P<channel>\d+)/",
        list_views.histogram_json,
        name="histogram_json",
    ),
    re_path(rf"^img_detail/{_IID}/$", image_detail, name="webgateway_full_viewer"),
]
