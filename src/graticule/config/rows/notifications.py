"""How people hear of their jobs; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "Notifications"

ROWS: tuple[Setting, ...] = (
    Setting(
        "public_url",
        kinds.text,
        "",
        "Where people find this server, such as https://images.example.org/; for links "
        "in mails and webhooks. Empty: they have none.",
        _GROUP,
    ),
    Setting(
        "mail_server",
        kinds.mail_server,
        "",
        "Server that sends mail: smtps://name:password@host:465, or "
        "smtp://name:password@host:587 (by STARTTLS; without a name in plain). Empty: "
        "no mail is sent.",
        _GROUP,
        secret=True,
    ),
    Setting(
        "mail_from",
        kinds.text,
        "graticule@localhost",
        "Address that mail comes from.",
        _GROUP,
    ),
    Setting(
        "webhooks_inside",
        kinds.boolean,
        "false",
        "Whether webhooks may go to addresses of this machine and its network. Whoever "
        "can log in chooses where they go.",
        _GROUP,
    ),
)
