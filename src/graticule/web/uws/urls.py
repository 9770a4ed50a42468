"""The addresses of services and their jobs (contract uws 1).

``uws.xml`` is the very same list as ``async``; links use ``async``.
"""

from __future__ import annotations

from django.urls import re_path

from graticule.web.uws import mine
from graticule.web.uws.tree import tree

urlpatterns = [
    re_path(r"^$", mine.services, name="uws_services"),
    re_path(r"^jobs$", mine.mine, name="uws_mine"),
    *tree(r"^(?P<service>[a-z0-9-]+)"),
]
