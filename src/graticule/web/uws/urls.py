"""The addresses of services and their jobs (contract uws 1).

``uws.xml`` is the very same list as ``async``; links use ``async``.
"""

from __future__ import annotations

from django.urls import re_path

from graticule.web.uws import mine, views

_SERVICE = r"^(?P<service>[a-z0-9-]+)"
_JOB = r"(?P<job_id>[A-Za-z0-9]+)(?P<rest>/.*)?$"

urlpatterns = [
    re_path(r"^$", mine.services, name="uws_services"),
    re_path(r"^jobs$", mine.mine, name="uws_mine"),
    re_path(rf"{_SERVICE}/async$", views.job_list, name="uws_list"),
    re_path(rf"{_SERVICE}/async(?P<slash>/)$", views.job_list, name="uws_list_slash"),
    re_path(rf"{_SERVICE}/async/{_JOB}", views.job_tree, name="uws_job"),
    re_path(rf"{_SERVICE}/uws\.xml(?P<slash>/?)$", views.job_list, name="uws_alias"),
    re_path(rf"{_SERVICE}/uws\.xml/{_JOB}", views.job_tree, name="uws_alias_job"),
]
