"""How it listens and to whom it answers; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "Server"

ROWS: tuple[Setting, ...] = (
    Setting(
        "host",
        kinds.text,
        "127.0.0.1",
        "Address to listen on. Another one than this machine's own needs "
        "public = true or anonymous_access = false.",
        _GROUP,
    ),
    Setting(
        "port",
        kinds.port,
        "8017",
        "Port to listen on; 0 takes a free one.",
        _GROUP,
    ),
    Setting(
        "workers",
        kinds.whole,
        "0",
        "Server processes; 0 takes one for each processor core, at most 8.",
        _GROUP,
    ),
    Setting(
        "threads",
        kinds.whole,
        "4",
        "Requests each worker handles at once.",
        _GROUP,
    ),
    Setting(
        "public",
        kinds.boolean,
        "false",
        "Say true to serve to other machines without logins.",
        _GROUP,
    ),
    Setting(
        "allowed_hosts",
        kinds.names,
        "",
        "Host names the server answers to, separated by commas. Empty: localhost "
        "while it listens on this machine only, else any.",
        _GROUP,
    ),
    Setting(
        "trusted_origins",
        kinds.names,
        "",
        "Origins such as https://images.example.org whose forms are accepted behind "
        "a proxy.",
        _GROUP,
    ),
    Setting(
        "behind_proxy",
        kinds.boolean,
        "false",
        "Believe X-Forwarded-Proto, X-Forwarded-Host and the last address of "
        "X-Forwarded-For. Only behind a proxy that sets them itself.",
        _GROUP,
    ),
    Setting(
        "url_prefix",
        kinds.text,
        "",
        "Path before every URL, such as /images, when a proxy mounts the server there.",
        _GROUP,
    ),
    Setting(
        "gzip",
        kinds.boolean,
        "false",
        "Whether long texts and JSON are compressed on the way, but for answers that "
        "hold a token for forms. A proxy in front may do that as well.",
        _GROUP,
    ),
    Setting(
        "debug",
        kinds.boolean,
        "false",
        "Show tracebacks in the browser. Never on a server others can reach.",
        _GROUP,
    ),
)
