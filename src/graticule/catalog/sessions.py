"""Login sessions in the database under hashed keys.

Django's own store, but the table holds only the SHA-256 of the key that the
cookie carries: who reads the database cannot join a session.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone


def hashed(session_key: str) -> str:
    """Give the key under which the session is stored (40 characters fit)."""
    return sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Sessions by hashed key."""

    def _get_session_from_db(self) -> Any:
        # Django's own asks for self.session_key; this asks for its hash.
        try:
            return self.model.objects.get(
                session_key=hashed(self.session_key or ""),
                expire_date__gt=timezone.now(),
            )
        except self.model.DoesNotExist:
            self._session_key = None
            return None

    def create_model_instance(self, data: Any) -> Any:
        """Make the row to be saved, its key hashed."""
        row = super().create_model_instance(data)
        row.session_key = hashed(row.session_key)
        return row

    def exists(self, session_key: str) -> bool:
        """Say whether a session with this key is stored."""
        return super().exists(hashed(session_key))

    def delete(self, session_key: str | None = None) -> None:
        """Forget a session."""
        key = session_key or self.session_key
        if key:
            super().delete(hashed(key))
