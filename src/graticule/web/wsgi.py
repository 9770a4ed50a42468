"""The application that the HTTP server calls: static files, else Django.

Static files are answered before Django is asked: they come with the package, or
with an installed client, and do not change while a worker lives.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from importlib.resources import files
from threading import Thread

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from whitenoise import WhiteNoise

from graticule.web.chunked import whole_bodies
from graticule.web.clients.mounted import static_folders

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "graticule.config.django")


def _application() -> WhiteNoise:
    django = get_wsgi_application()
    # All doors are opened now rather than by the first request.
    assert get_resolver().url_patterns
    static = str(files("graticule.viewer") / "static")
    # Without a hash in their names, files are soon asked for again by ETag.
    served = WhiteNoise(
        whole_bodies(django),
        root=static,
        prefix="static/",
        autorefresh=settings.DEBUG,
        max_age=60,
    )
    admin = str(files("django.contrib.admin") / "static")
    served.add_files(admin, prefix="static/")
    for folder in static_folders():
        served.add_files(str(folder), prefix="static/")
    return served


def _warm_up() -> None:
    """Load what the first picture needs, while the first page is read."""
    from graticule.services.engine import engine  # noqa: PLC0415

    engine().warm_up()


def _leave_with_parent() -> None:
    """End when the process that started this worker is killed: no orphans."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _wake_waits(ear: int) -> None:
    """When this worker is told to stop, answer those who wait for jobs (U49)."""
    from graticule.jobs.wait import waiters  # noqa: PLC0415 -- when all is loaded

    while number := os.read(ear, 1):
        if number[0] in {signal.SIGTERM, signal.SIGINT}:
            waiters.end()


def _hear_signals() -> int | None:
    """Have signals written to a pipe, whoever handles them; workers of ours only."""
    if multiprocessing.parent_process() is None:
        return None
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    return ear


application = _application()
for _task in (_warm_up, _leave_with_parent):
    Thread(target=_task, name=_task.__name__, daemon=True).start()
if (_ear := _hear_signals()) is not None:
    Thread(target=_wake_waits, args=(_ear,), name="signals", daemon=True).start()
