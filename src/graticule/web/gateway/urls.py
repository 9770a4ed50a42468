"""The addresses of the gateway, by the contract's route names (webgateway 1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponseBase
from django.urls import re_path

from graticule.web.gateway import (
    download_views,
    export_views,
    image_views,
    line_plot_views,
    list_views,
    lut_views,
    open_with_views,
    plate_views,
    rendering_views,
    roi_views,
    search_views,
    split_views,
    su_views,
    table_views,
)

_IID = r"(?P<iid>[0-9]+)"
_ZT = r"(?:(?P<z>[0-9]+)/)?(?:(?P<t>[0-9]+)/)?"
_PLANE = r"(?P<z>[0-9]+)/(?P<t>[0-9]+)"
_FILE = r"(?P<fileid>[0-9]+)"
_OBJECT = r"(?P<objtype>[A-Za-z0-9_.]+)/(?P<objid>[0-9]+)"
_WH = r"(?:(?P<w>[0-9]+)/)?(?:(?P<h>[0-9]+)/)?"

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
        rf"^render_image_region/{_IID}/(?P<z>[0-9]+)/(?P<t>[0-9]+)/$",
        image_views.render_image_region,
        name="webgateway_render_image_region",
    ),
    re_path(
        rf"^render_image_rdef/{_IID}/{_ZT}$",
        _explicit_image,
        name="webgateway_render_image_rdef",
    ),
    re_path(
        rf"^render_image_region_rdef/{_IID}/(?P<z>[0-9]+)/(?P<t>[0-9]+)/$",
        _explicit_region,
        name="webgateway_render_image_region_rdef",
    ),
    re_path(
        rf"^render_split_channel/{_IID}/(?P<z>[0-9]+)/(?P<t>[0-9]+)/$",
        split_views.render_split_channel,
        name="webgateway_render_split_channel",
    ),
    re_path(
        rf"^render_row_plot/{_IID}/{_PLANE}/(?P<y>[0-9]+)/(?:(?P<w>[0-9]+)/)?$",
        line_plot_views.render_row_plot,
        name="webgateway_render_row_plot",
    ),
    re_path(
        rf"^render_col_plot/{_IID}/{_PLANE}/(?P<x>[0-9]+)/(?:(?P<w>[0-9]+)/)?$",
        line_plot_views.render_col_plot,
        name="webgateway_render_col_plot",
    ),
    re_path(
        rf"^render_birds_eye_view/{_IID}/(?:(?P<w>[0-9]+)/)?$",
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
        r"^get_thumbnails/(?:(?P<w>[0-9]+)/)?$",
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
        r"^proj/(?P<pid>[0-9]+)/detail/$",
        list_views.project_detail,
        name="webgateway_projectDetail_json",
    ),
    re_path(
        r"^proj/(?P<pid>[0-9]+)/children/$",
        list_views.list_datasets,
        name="webgateway_listDatasets_json",
    ),
    re_path(
        r"^dataset/(?P<did>[0-9]+)/detail/$",
        list_views.dataset_detail,
        name="webgateway_datasetDetail_json",
    ),
    re_path(
        r"^dataset/(?P<did>[0-9]+)/children/$",
        list_views.list_images,
        name="webgateway_listimages_json",
    ),
    re_path(r"^search/$", search_views.search_json, name="webgateway_search_json"),
    re_path(
        r"^well/(?P<did>[0-9]+)/children/$",
        list_views.list_well_images,
        name="webgateway_listwellimages_json",
    ),
    re_path(
        r"^wellData/(?P<wid>[0-9]+)/$",
        list_views.well_data,
        name="webgateway_wellData_json",
    ),
    re_path(
        r"^render_roi_thumbnail/(?P<roi_id>[0-9]+)/?$",
        roi_views.render_roi_thumbnail,
        name="webgateway_render_roi_thumbnail",
    ),
    re_path(
        r"^render_shape_thumbnail/(?P<shape_id>[0-9]+)/?$",
        roi_views.render_shape_thumbnail,
        name="webgateway_render_shape_thumbnail",
    ),
    # The contract names no route here.
    re_path(r"^render_shape_mask/(?P<shape_id>[0-9]+)/$", roi_views.render_shape_mask),
    re_path(
        rf"^get_rois_json/{_IID}/$",
        roi_views.list_rois,
        name="webgateway_get_rois_json",
    ),
    re_path(
        r"^get_shape_json/(?P<roi_id>[0-9]+)/(?P<shape_id>[0-9]+)/$",
        roi_views.shape_data,
        name="webgateway_get_shape_json",
    ),
    re_path(r"^luts/$", lut_views.list_luts, name="webgateway_listLuts_json"),
    re_path(r"^luts_png/$", lut_views.luts_png, name="webgateway_luts_png"),
    re_path(
        rf"^saveImgRDef/{_IID}/$",
        rendering_views.save_image_rdef,
        name="webgateway_save_image_rdef_json",
    ),
    re_path(
        r"^getImgRDef/$",
        rendering_views.get_image_rdef,
        name="webgateway_get_image_rdef_json",
    ),
    re_path(
        r"^copyImgRDef/$",
        rendering_views.copy_image_rdef,
        name="webgateway_copy_image_rdef_json",
    ),
    re_path(r"^resetRDef/$", rendering_views.reset_rdef, name="reset_rdef_json"),
    re_path(
        r"^applyOwnersRDef/$",
        rendering_views.reset_rdef,
        {"to_owners": True},
        name="reset_owners_rdef_json",
    ),
    re_path(
        rf"^compatImgRDef/{_IID}/$",
        rendering_views.compatible_image_ids,
        name="webgateway_list_compatible_imgs_json",
    ),
    re_path(
        r"^get_image_rdefs_json/(?P<img_id>[0-9]+)/$",
        rendering_views.get_image_rdefs,
        name="webgateway_get_image_rdefs_json",
    ),
    re_path(
        r"^plate/(?P<pid>[0-9]+)/(?:(?P<field>[0-9]+)/)?(?:(?P<acquisition>[0-9]+)/)?$",
        plate_views.plate_grid,
        name="webgateway_plategrid_json",
    ),
    re_path(
        rf"^download_as/(?:{_IID}/)?$", download_views.download_as, name="download_as"
    ),
    re_path(
        rf"^archived_files/download/(?:{_IID}/)?$",
        download_views.archived_files,
        name="archived_files",
    ),
    re_path(
        rf"^original_file_paths/{_IID}/$",
        download_views.original_file_paths,
        name="original_file_paths",
    ),
    re_path(
        r"^render_ome_tiff/(?P<ctx>[^/]+)/(?P<cid>[0-9]+)/$",
        export_views.render_ome_tiff,
        name="webgateway_render_ome_tiff",
    ),
    re_path(
        rf"^render_movie/{_IID}/(?P<axis>[zt])/(?P<pos>[0-9]+)/$",
        export_views.render_movie,
        name="webgateway_render_movie",
    ),
    re_path(
        rf"^annotations/{_OBJECT}/$",
        table_views.bulk_annotations,
        name="webgateway_annotations",
    ),
    re_path(
        rf"^table/{_FILE}/query/$",
        table_views.table_query,
        name="webgateway_table_query",
    ),
    re_path(
        rf"^table/{_OBJECT}/query/$",
        table_views.object_table_query,
        name="webgateway_object_table_query",
    ),
    re_path(
        rf"^table/{_FILE}/metadata/$",
        table_views.table_metadata,
        name="webgateway_table_metadata",
    ),
    re_path(
        rf"^table/{_FILE}/obj_id_bitmask/$",
        table_views.obj_id_bitmask,
        name="webgateway_table_obj_id_bitmask",
    ),
    re_path(
        rf"^table/{_FILE}/rows/$",
        table_views.table_rows,
        name="webgateway_table_get_where_list",
    ),
    re_path(
        rf"^table/{_FILE}/slice/$",
        table_views.table_slice,
        name="webgateway_table_slice",
    ),
    # Not anchored at its end: any text may follow (contract 1).
    re_path(
        rf"^histogram_json/{_IID}/channel/(?P<channel>[0-9]+)/",
        list_views.histogram_json,
        name="histogram_json",
    ),
    re_path(
        r"^open_with/$", open_with_views.open_with, name="webgateway_open_with_options"
    ),
    re_path(r"^su/(?P<user>[^/]+)/$", su_views.su, name="webgateway_su"),
    re_path(
        rf"^img_detail/{_IID}/$", list_views.viewer_page, name="webgateway_full_viewer"
    ),
]
