"""The key that signs cookies: made once, kept in the home folder.

Knows nothing of what is signed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from graticule.errors import SettingError


def secret_key(home: Path) -> str:
    """Read the key, making it at the first call.

    Two processes that start at once agree: the file is created exclusively,
    readable by its owner only.

    Raises
    ------
    graticule.errors.SettingError
        If the home folder cannot be written.
    """
    path = home / "secret_key"
    try:
        home.mkdir(parents=True, exist_ok=True)
        fresh = home / f"secret_key.{os.getpid()}"
        if not path.exists():
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
            try:
                # A link fails when the name is taken; a rename would replace.
                path.hardlink_to(fresh)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise SettingError(
            f"The home folder {home} cannot be written: {error}. "
            "Choose another with GRATICULE_HOME."
        ) from error
