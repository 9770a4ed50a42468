"""What the server that forks job processes loads, once for all of them.

Nothing that starts threads or opens the database may be loaded here: neither lives
through a fork (TensorStore does not, and is loaded by those who need it).
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "graticule.config.django")
django.setup()

from graticule.services.tasks import echo, registry  # noqa: E402, F401
