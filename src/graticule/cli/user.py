"""``graticule user``: people, their passwords, tokens and login links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from graticule.cli.main import set_up
from graticule.errors import NotFoundError, RequestError

if TYPE_CHECKING:
    from graticule.catalog.models import Group, Person


@click.group("user")
def command() -> None:
    """Add and list people, set passwords, make tokens and login links."""


def _ready() -> None:
    """Wake the catalogue up; not for ``--help``, which must touch nothing."""
    set_up()
    from graticule.services.home import prepare_home  # noqa: PLC0415

    prepare_home()


def _find(name: str) -> Person:
    from graticule.catalog.models import Person  # noqa: PLC0415

    person = Person.objects.filter(username=name).first()
    if person is None:
        raise NotFoundError(
            f"There is no person {name}; `graticule user list` shows who there is."
        )
    return person


def _group(name: str, permissions: str | None) -> Group:
    from graticule.catalog.models import Group, Permissions  # noqa: PLC0415

    level = Permissions[permissions.upper().replace("-", "_")] if permissions else None
    _check(Group(name=name))
    group, made = Group.objects.get_or_create(
        name=name, defaults={"permissions": level or Permissions.PRIVATE}
    )
    if level and not made and group.permissions != level:
        raise RequestError(
            f"The group {name} is {group.get_permissions_display().split(':')[0]} "
            "already; leave --permissions out to join it as it is."
        )
    return group


def _check(row: Person | Group) -> None:
    """Refuse names that columns or addresses cannot hold, before asking more."""
    from django.core.exceptions import ValidationError  # noqa: PLC0415

    try:
        row.clean_fields(exclude=["password"])
    except ValidationError as error:
        said = [
            f"{field.replace('_', ' ')}: {' '.join(messages)}"
            for field, messages in error.message_dict.items()
        ]
        raise RequestError(" ".join(said)) from error


def _new_password(person: Person | None) -> str:
    from django.contrib.auth.password_validation import (  # noqa: PLC0415
        validate_password,
    )
    from django.core.exceptions import ValidationError  # noqa: PLC0415

    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise RequestError(" ".join(error.messages)) from error
    return password


@command.command("add")
@click.argument("name")
@click.option("--first-name", default="", help="First name.")
@click.option("--last-name", default="", help="Last name.")
@click.option("--email", default="", help="Address for notifications.")
@click.option("--group", "group_name", help="Group to be in; made if there is none.")
@click.option(
    "--permissions",
    type=click.Choice(["private", "read-only", "read-annotate", "read-write"]),
    help="What members of a new group may do to each other's data. [default: private]",
)
@click.option("--owner", is_flag=True, help="Make the person an owner of the group.")
@click.option("--administrator", is_flag=True, help="Let the person do everything.")
@click.option(
    "--no-password",
    is_flag=True,
    help="Ask for none: the person gets in by `graticule user link`.",
)
def add(
    *,
    name: str,
    first_name: str,
    last_name: str,
    email: str,
    group_name: str | None,
    permissions: str | None,
    owner: bool,
    administrator: bool,
    no_password: bool,
) -> None:
    """Add the person NAME, asking for a password."""
    if not group_name and (owner or permissions):
        raise RequestError("--owner and --permissions need the --group they are for.")
    _ready()
    from django.db import transaction  # noqa: PLC0415

    from graticule.catalog.models import Membership, Person  # noqa: PLC0415

    if Person.objects.filter(username=name).exists():
        raise RequestError(f"There is a person {name} already.")
    person = Person(
        username=Person.normalize_username(name),
        email=email,
        first_name=first_name,
        last_name=last_name,
        is_superuser=administrator,
        is_staff=administrator,
    )
    _check(person)
    # Without one it is unusable: nobody can log in by guessing.
    person.set_password(None if no_password else _new_password(person))
    with transaction.atomic():
        person.save()
        if group_name:
            group = _group(group_name, permissions)
            Membership.objects.create(person=person, group=group, is_owner=owner)
            person.default_group = group
            person.save(update_fields=["default_group"])
    click.echo(f"Added {name}.")


@command.command("list")
def list_people() -> None:
    """List people with their groups (* is an owner of the group)."""
    _ready()
    from graticule.catalog.models import Person  # noqa: PLC0415

    people = Person.objects.prefetch_related("memberships__group")
    for person in people.order_by("username"):
        groups = ", ".join(
            f"{member.group.name}{'*' if member.is_owner else ''}"
            for member in person.memberships.all()
        )
        marks = " administrator" if person.is_superuser else ""
        marks += "" if person.is_active else " (inactive)"
        click.echo(f"{person.username:20} {person.full_name:28} {groups}{marks}")


@command.command("passwd")
@click.argument("name")
def passwd(name: str) -> None:
    """Set the password of NAME."""
    _ready()
    person = _find(name)
    person.set_password(_new_password(person))
    person.save(update_fields=["password"])
    click.echo(f"The password of {name} is set.")


@command.command("token")
@click.argument("name")
@click.option("--for", "label", default="command line", help="What the token is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(["read", "write", "admin"]),
    default=["read"],
    help="What it is good for; may be given several times. [default: read]",
)
@click.option("--days", type=click.IntRange(1), help="Days until it expires.")
def token(name: str, label: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a token for NAME and print it, once.

    Programs send it as the header "Authorization: Bearer TOKEN".
    """
    _ready()
    from datetime import timedelta  # noqa: PLC0415

    from graticule.catalog.tokens import make_token  # noqa: PLC0415

    lifetime = timedelta(days=days) if days else None
    secret = make_token(_find(name), label, scopes=scopes, lifetime=lifetime)
    click.echo(secret)


@command.command("link")
@click.argument("name")
def link(name: str) -> None:
    """Make a path that logs NAME in, once, within a day."""
    _ready()
    from django.urls import reverse  # noqa: PLC0415

    from graticule.catalog.tokens import make_login_link  # noqa: PLC0415

    click.echo(reverse("login_link", args=[make_login_link(_find(name))]))
