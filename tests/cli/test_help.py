"""What the commands say of themselves, and the program as people start it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# What the help of each must tell.
SAYS = {
    (): ("graticule serve ~/images", "serve", "scan", "get", "check", "settings"),
    ("serve",): ("Scan FOLDERS", "never changed", "--port"),
    ("scan",): ("FOLDERS",),
    ("get",): ("URL_PATH", "--output", "--as", "exit code"),
    ("check",): ("what of the installation works", "exit code is 1"),
    ("settings",): ("environment variable", "graticule.toml", "--json", "--changed"),
    ("user",): ("add", "list", "passwd", "token", "link"),
    ("user", "add"): ("NAME", "--group", "--permissions", "--administrator"),
    ("user", "list"): ("groups",),
    ("user", "passwd"): ("password of NAME",),
    ("user", "token"): ("Authorization: Bearer", "--scope", "--days"),
    ("user", "link"): ("once, within a day",),
}


@pytest.mark.parametrize("command", SAYS, ids=" ".join)
def test_it_reads_well(run, command):
    for flag in ("--help", "-h"):
        result = run(*command, flag)
        assert result.exit_code == 0
        assert all(words in result.output for words in SAYS[command])
        assert all(len(line) <= 80 for line in result.output.splitlines())


def test_every_command_is_among_them(run):
    from graticule.cli.main import COMMANDS

    listed = run("--help").output
    for name in COMMANDS:
        assert f"\n  {name} " in listed
        assert run(name, "--help").exit_code == 0


def test_help_is_quick_and_touches_nothing(tmp_path):
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from graticule.cli.main import main\n"
        "for words in sys.argv[1:]:\n"
        "    assert CliRunner().invoke(main, words.split()).exit_code == 0, words\n"
        "assert 'django' not in sys.modules\n"
        "assert 'numpy' not in sys.modules\n"
    )
    commands = [" ".join((*command, "--help")) for command in SAYS]
    environment = {**os.environ, "GRATICULE_HOME": str(tmp_path / "home")}
    subprocess.run([sys.executable, "-c", code, *commands], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["get"], ["user", "nonsense"], ["settings", "--what"]]
)
def test_wrong_use(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.output


def test_the_program_itself(tmp_path):
    program = Path(sys.executable).with_name("graticule")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GRATICULE_", "DJANGO_"))
    }
    environment["GRATICULE_HOME"] = str(tmp_path / "home")
    done = subprocess.run(
        [program, "get", "/webgateway/"],
        env=environment,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == b"Welcome to webgateway"
    assert (tmp_path / "home" / "graticule.sqlite3").is_file()
