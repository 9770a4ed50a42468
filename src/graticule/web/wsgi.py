"""The application that the HTTP server calls: static files, else Django.

Static files are answered before Django is asked, and kept in memory's reach:
they come with the package and do not change while a worker lives.
"""

from __future__ import annotations

import os
from importlib.resources import files

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "graticule.config.django")


def _application() -> WhiteNoise:
    django = get_wsgi_application()
    # Without a hash in their names, files are asked for again by their ETag.
    static = str(files("graticule.viewer") / "static")
    return WhiteNoise(
        django,
        root=static,
        prefix="static/",
        autorefresh=settings.DEBUG,
        max_age=3600,
    )


application = _application()
