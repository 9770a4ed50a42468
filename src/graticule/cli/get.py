"""``graticule get``: answer a request without a server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from graticule.cli.main import set_up
from graticule.errors import FileError, NotFoundError

_FIRST_ERROR = 400


@click.command("get")
@click.argument("url_path")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the answer to a file. [default: standard output]",
)
@click.option("--as", "name", help="Ask as this person. [default: the public]")
def command(url_path: str, output: Path | None, name: str | None) -> None:
    """Answer the request URL_PATH without starting a server.

    \b
    Examples:
      graticule get /webgateway/proj/list/
      graticule get /webgateway/render_thumbnail/1/ -o thumbnail.jpg

    The exit code is 0 for success, 1 for an error status.
    """  # noqa: D301 -- click wants the single \b
    set_up()
    from django.test import Client  # noqa: PLC0415

    from graticule.services.home import prepare_home  # noqa: PLC0415

    prepare_home()
    client = Client(raise_request_exception=False, SERVER_NAME=_own_name())
    path = url_path if url_path.startswith("/") else f"/{url_path}"
    with _asking_as(name) as headers:
        answer = client.get(path, follow=True, headers=headers)
    body = b"".join(answer) if answer.streaming else answer.content
    if answer.status_code >= _FIRST_ERROR:
        click.echo(f"{answer.status_code} {answer.reason_phrase}", err=True)
        click.echo(body, err=True)
        sys.exit(1)
    if output is None:
        click.echo(body, nl=False)
        return
    _write(output, body)


def _write(output: Path, body: bytes) -> None:
    """Write the whole file or none."""
    aside = output.with_name(f".{output.name}.part")
    try:
        aside.write_bytes(body)
        aside.replace(output)
    except OSError as error:
        raise FileError(output, f"cannot be written ({error.strerror}).") from error
    finally:
        aside.unlink(missing_ok=True)


def _own_name() -> str:
    """Choose a name that the server goes by."""
    from django.conf import settings  # noqa: PLC0415

    first: str = settings.ALLOWED_HOSTS[0]
    return "localhost" if first == "*" else first.removeprefix(".")


@contextmanager
def _asking_as(name: str | None) -> Iterator[dict[str, str]]:
    """Give headers that make a request a person's, with a token for just that.

    Logging in would count as theirs: the administrator's first login ends the
    links that `graticule serve` prints.
    """
    from graticule.catalog.models import Person  # noqa: PLC0415
    from graticule.catalog.tokens import find_token, make_token  # noqa: PLC0415

    if name is None:
        yield {}
        return
    person = Person.objects.filter(username=name, is_active=True).first()
    if person is None:
        raise NotFoundError(f"There is no {name}; see `graticule user list`.")
    secret = make_token(person, "graticule get", lifetime=timedelta(hours=1))
    try:
        yield {"Authorization": f"Bearer {secret}"}
    finally:
        token = find_token(secret)
        if token is not None:
            token.delete()
