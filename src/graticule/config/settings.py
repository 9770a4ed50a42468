"""The one table of settings.

Environment, file, flags, ``graticule settings`` and the reference page all read
:data:`SETTINGS`. A value comes from, first found wins: a flag of the command
line, the variable ``GRATICULE_<NAME>`` (or ``GRATICULE_<NAME>_FILE``, a file
that holds it), the file ``graticule.toml`` in the home folder, the default. An
unknown or malformed setting refuses to start.
"""

from __future__ import annotations

from graticule.config.rows import (
    caches,
    jobs,
    limits,
    looks,
    notifications,
    observatory,
    organising,
    people,
    server,
    state,
    uploads,
)
from graticule.config.setting import Setting

SETTINGS: tuple[Setting, ...] = (
    *state.ROWS,
    *server.ROWS,
    *people.ROWS,
    *limits.ROWS,
    *caches.ROWS,
    *jobs.ROWS,
    *uploads.ROWS,
    *notifications.ROWS,
    *looks.ROWS,
    *organising.ROWS,
    *observatory.ROWS,
)

BY_NAME = {setting.name: setting for setting in SETTINGS}
