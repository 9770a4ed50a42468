"""The addresses of the JSON API (contract json-api 2, 3)."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from graticule.web.api import entry_views, views

_ID = "[0-9]+"

# Name of a list → kind of its objects.
_LISTS = {
    "projects": "Project",
    "datasets": "Dataset",
    "images": "Image",
    "screens": "Screen",
    "plates": "Plate",
    "wells": "Well",
    "rois": "Roi",
    "shapes": "Shape",
    "experimenters": "Experimenter",
    "experimentergroups": "ExperimenterGroup",
}
_SINGLE = {**_LISTS, "plateacquisitions": "PlateAcquisition"}

# Lists within one object: its list, the children's list.
_WITHIN = (
    ("projects", "datasets"),
    ("images", "datasets"),
    ("datasets", "projects"),
    ("datasets", "images"),
    ("plates", "screens"),
    ("screens", "plates"),
    ("wells", "plates"),
    ("plates", "plateacquisitions"),
    ("plates", "wells"),
    ("plateacquisitions", "wells"),
    ("images", "rois"),
    ("experimentergroups", "experimenters"),
    ("experimenters", "experimentergroups"),
)


def _path(route: str, kind: str, name: str) -> URLPattern:
    view = views.one_object if "<thing>" in route else views.objects
    return re_path(rf"^v0/m/{route}/$", view, {"kind": kind}, name=f"api_{name}")


urlpatterns = [
    re_path(r"^$", entry_views.versions, name="api_versions"),
    re_path(r"^v(?P<version>0)/$", entry_views.base, name="api_base"),
    re_path(r"^v0/token/$", entry_views.token, name="api_token"),
    re_path(r"^v0/servers/$", entry_views.servers, name="api_servers"),
    re_path(r"^v0/login/$", entry_views.log_in, name="api_login"),
    *(_path(name, kind, name) for name, kind in _LISTS.items()),
    *(
        _path(rf"{name}/(?P<thing>{_ID})", kind, kind.lower())
        for name, kind in _SINGLE.items()
    ),
    *(
        _path(
            rf"{outer}/(?P<{outer[:-1]}>{_ID})/{inner}",
            _SINGLE[inner],
            f"{outer}_{inner}",
        )
        for outer, inner in _WITHIN
    ),
    *(
        _path(
            rf"{outer}/(?P<{outer[:-1]}>{_ID})/wellsampleindex/(?P<sample>{_ID})/wells",
            "Well",
            f"{outer}_wellsampleindex_wells",
        )
        for outer in ("plates", "plateacquisitions")
    ),
]
