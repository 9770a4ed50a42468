"""The addresses of services and their jobs (contract uws 1).

``uws.xml`` is the very same list as ``async``; links use ``async``.
"""

from __future__ import annotations

from django.urls import re_path

from graticule.web.uws import mine, sync, views, vosi
from graticule.web.uws.children import CHILDREN

_SERVICE = r"^(?P<service>[a-z0-9-]+)"
_JOB = r"(?P<job_id>[^/]+)"
_ANY = rf"{_JOB}(?P<rest>/.*)?$"

urlpatterns = [
    re_path(r"^$", mine.services, name="uws_services"),
    re_path(r"^jobs$", mine.mine, name="uws_mine"),
    re_path(rf"{_SERVICE}/async$", views.job_list, name="uws_list"),
    re_path(rf"{_SERVICE}/async(?P<slash>/)$", views.job_list, name="uws_list_slash"),
    re_path(rf"{_SERVICE}/async/{_JOB}$", views.job_tree, name="uws_job"),
    *(
        re_path(
            rf"{_SERVICE}/async/{_JOB}/{child}$",
            views.job_tree,
            {"rest": f"/{child}"},
            name=f"uws_job_{child}",
        )
        for child in CHILDREN
    ),
    re_path(
        rf"{_SERVICE}/async/{_JOB}/parameters/(?P<name>[^/]+)$",
        views.job_value,
        name="uws_job_value",
    ),
    re_path(
        rf"{_SERVICE}/async/{_JOB}/results/(?P<key>[^/]+)$",
        views.job_result,
        name="uws_job_result",
    ),
    # Everything else below a job: not there, as this door says it.
    re_path(rf"{_SERVICE}/async/{_ANY}", views.job_tree, name="uws_job_else"),
    re_path(rf"{_SERVICE}/uws\.xml(?P<slash>/?)$", views.job_list, name="uws_alias"),
    re_path(rf"{_SERVICE}/uws\.xml/{_ANY}", views.job_tree, name="uws_alias_job"),
    re_path(rf"{_SERVICE}/sync$", sync.sync, name="uws_sync"),
    re_path(rf"{_SERVICE}/availability$", vosi.availability, name="uws_availability"),
    re_path(rf"{_SERVICE}/capabilities$", vosi.capabilities, name="uws_capabilities"),
]
