"""The addresses of the JSON API (contract json-api 2, 3)."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from graticule.web.api import entry_views, saving_views, views
from graticule.web.api.kinds import LISTS, SINGLE, WITHIN

_ID = "[0-9]+"


def _path(route: str, kind: str, name: str) -> URLPattern:
    view = saving_views.of_one(kind) if "<thing>" in route else views.objects
    return re_path(rf"^v0/m/{route}/$", view, {"kind": kind}, name=f"api_{name}")


urlpatterns = [
    re_path(r"^$", entry_views.versions, name="api_versions"),
    re_path(r"^v(?P<version>0)/$", entry_views.base, name="api_base"),
    re_path(r"^v0/token/$", entry_views.token, name="api_token"),
    re_path(r"^v0/servers/$", entry_views.servers, name="api_servers"),
    re_path(r"^v0/login/$", entry_views.log_in, name="api_login"),
    re_path(r"^v0/m/save/$", saving_views.save, name="api_save"),
    *(_path(name, kind, name) for name, kind in LISTS.items()),
    *(
        _path(rf"{name}/(?P<thing>{_ID})", kind, kind.lower())
        for name, kind in SINGLE.items()
    ),
    *(
        _path(
            rf"{outer}/(?P<{outer[:-1]}>{_ID})/{inner}",
            SINGLE[inner],
            f"{outer}_{inner}",
        )
        for outer, inner in WITHIN
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
