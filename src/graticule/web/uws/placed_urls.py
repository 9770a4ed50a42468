"""The addresses of services that have one of their own (:mod:`.places`).

Included after ``/services/``: of two addresses, Django gives the one that comes last.
"""

from __future__ import annotations

from graticule.web.uws.places import PLACES
from graticule.web.uws.tree import tree

urlpatterns = [
    pattern
    for service, place in PLACES.items()
    for pattern in tree(f"^{place.path}", place.jobs, service)
]
