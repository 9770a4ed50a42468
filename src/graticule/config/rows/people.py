"""Who gets in; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "People"

ROWS: tuple[Setting, ...] = (
    Setting(
        "anonymous_access",
        kinds.boolean,
        "true",
        "Whether people who have not logged in see what the group 'public' holds, "
        "read-only.",
        _GROUP,
    ),
    Setting(
        "public_get_only",
        kinds.boolean,
        "false",
        "Whether people who have not logged in may only GET, as OMERO.web has it: no "
        "HEAD, no settings too long for an address; cuts of tables may be posted all "
        "the same. They change nothing either way.",
        _GROUP,
    ),
    Setting(
        "public_url_filter",
        kinds.pattern,
        "",
        "Regular expression that must be found somewhere in the path of what people "
        "ask for who have not logged in, such as ^/webgateway/. Empty: any path; "
        "anonymous_access is the switch for all of it.",
        _GROUP,
    ),
    Setting(
        "credentials_in_query",
        kinds.boolean,
        "false",
        "Whether ?username=…&password=… or ?bsession=<session key> in an address logs "
        "in. Addresses end up in logs and histories: tokens are safer.",
        _GROUP,
    ),
    Setting(
        "failed_logins",
        kinds.whole,
        "10",
        "How many wrong passwords for a user name from one address within "
        "failed_login_window, before no further one is looked at; 0 for no limit.",
        _GROUP,
    ),
    Setting(
        "failed_login_window",
        kinds.duration,
        "15 min",
        "How long a wrong password counts.",
        _GROUP,
    ),
    Setting(
        "session_age",
        kinds.duration,
        "24 h",
        "How long a login lasts.",
        _GROUP,
    ),
    Setting(
        "rights_age",
        kinds.duration,
        "5 s",
        "How long a worker may rely on rights it has looked up: so long may a right "
        "live on after it was taken away.",
        _GROUP,
    ),
)
