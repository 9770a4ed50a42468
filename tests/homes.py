"""Homes of servers and the people in them, made quickly.

Starting the program takes longer than most of what tests ask of it, and so does
making its tables: one process runs many commands, and tables are made once and
copied. People are logged in past the browser, once for each server.
"""

import atexit
import json
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import httpx
from tests.served import environment

PASSWORD = "correct horse battery"

_RUN = """
import json
import sys

from click.testing import CliRunner
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from graticule.cli.main import main

# Slow on purpose in earnest.
PBKDF2PasswordHasher.iterations = 1000
for words, typed in json.load(sys.stdin):
    done = CliRunner().invoke(main, words, input=typed)
    if done.exit_code:
        sys.exit(f"graticule {' '.join(words)}: {done.output} {done.exception!r}")
"""


def fill(home: Path, *commands: tuple[str, ...]) -> None:
    """Run commands of the program over a home, which is made if there is none.

    Who is added has the password :data:`PASSWORD`.
    """
    if not (home / "graticule.sqlite3").exists():
        shutil.copytree(_tables(), home, dirs_exist_ok=True)
    run(home, *commands)


@cache
def _tables() -> Path:
    """A home with all tables and nobody in it."""
    base = Path(tempfile.mkdtemp(prefix="graticule-tables-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    run(base, ("user", "list"))
    return base


def run(home: Path, *commands: tuple[str, ...]) -> None:
    """Run commands of the program in one process."""
    twice = f"{PASSWORD}\n{PASSWORD}\n"
    asked = [
        [words, twice if words[:2] == ("user", "add") else ""] for words in commands
    ]
    done = subprocess.run(
        [sys.executable, "-c", _RUN],
        env=environment(home),
        input=json.dumps(asked),
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)


def new_session(url: str, name: str) -> list[dict[str, str]]:
    """Log somebody in; give the cookies for a context of the browser."""
    with httpx.Client(base_url=url, timeout=60) as client:
        client.get("/webclient/login/")
        form = {
            "username": name,
            "password": PASSWORD,
            "csrfmiddlewaretoken": client.cookies["csrftoken"],
        }
        answer = client.post("/webclient/login/", data=form, headers={"Referer": url})
        if "sessionid" not in client.cookies:
            raise RuntimeError(f"{name} cannot log in: {answer.status_code}")
        return [
            {"name": cookie.name, "value": cookie.value, "url": url}
            for cookie in client.cookies.jar
        ]


session_of = cache(new_session)
"""The same, once for each person and server."""
