"""Who may use which kind of job: some are for members of certain groups (uws U83).

What is not named in the setting ``service_groups`` is for everybody. Knows no HTTP.
"""

from __future__ import annotations

from django.conf import settings

from graticule.catalog.models import Membership, Person
from graticule.errors import SettingError
from graticule.services.tasks.registry import tasks

# Switched off nearly everywhere, and still no misprint.
_ECHOES = {"echo", "echo-inline"}


def groups_of(service: str) -> frozenset[str]:
    """Name the groups that a kind of job is for; none if it is for everybody."""
    pairs: tuple[tuple[str, str], ...] = settings.GRATICULE["service_groups"]
    return frozenset(group for name, group in pairs if name == service)


def may_use(person: Person | None, service: str) -> bool:
    """Say whether a person may use a kind of job: members and administrators may."""
    groups = groups_of(service)
    if not groups or (person is not None and person.is_administrator):
        return True
    mine = Membership.objects.filter(person=person, group__name__in=groups)
    return person is not None and mine.exists()


def check_service_groups() -> None:
    """Refuse to start where a misprint would leave a service open.

    Raises
    ------
    graticule.errors.SettingError
        Naming the service that there is not.
    """
    pairs: tuple[tuple[str, str], ...] = settings.GRATICULE["service_groups"]
    known = {*tasks(), *_ECHOES} if pairs else set()
    for service, _ in pairs:
        if service not in known:
            raise SettingError(
                f"service_groups names the service {service}; there is only "
                f"{', '.join(sorted(known - _ECHOES))}."
            )
