"""The first start: tables, the public person, the administrator.

Safe to run at every start and by two processes at once. Knows no command line.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from graticule.catalog.models import Group, Membership, Permissions, Person
from graticule.catalog.models.people import PUBLIC
from graticule.catalog.tokens import make_login_link
from graticule.services.tasks.allowed import check_service_groups

ADMINISTRATOR = "admin"


@dataclass(frozen=True, slots=True)
class Home:
    """Who owns what is served, and how the administrator gets in.

    ``login_secret`` is set as long as the administrator has never logged in.
    """

    administrator: Person
    public_group: Group
    login_secret: str | None


def prepare_home() -> Home:
    """Bring the database up to date and make the first people.

    Raises
    ------
    graticule.errors.SettingError
        If a setting names a service that there is not.
    """
    check_service_groups()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
    with transaction.atomic():
        group, _ = Group.objects.get_or_create(
            name=PUBLIC,
            defaults={
                "permissions": Permissions.READ_ONLY,
                "description": "What everybody may see who can reach this server.",
            },
        )
        administrator = _person(ADMINISTRATOR, group, administrator=True)
        _person(PUBLIC, group, administrator=False)
    fresh = administrator.last_login is None and not administrator.has_usable_password()
    secret = make_login_link(administrator) if fresh else None
    return Home(administrator, group, secret)


def _person(name: str, group: Group, *, administrator: bool) -> Person:
    existing = Person.objects.filter(username=name).first()
    if existing is not None:
        return existing
    person = Person(
        username=name,
        is_superuser=administrator,
        is_staff=administrator,
        default_group=group,
        first_name="Administrator" if administrator else "Public",
    )
    person.set_unusable_password()
    person.save()
    Membership.objects.create(person=person, group=group, is_owner=administrator)
    return person
