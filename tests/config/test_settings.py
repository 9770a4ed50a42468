"""The settings table: every way to give a value, every way to get it wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from graticule.config import kinds
from graticule.config.load import load
from graticule.config.settings import SETTINGS
from graticule.errors import SettingError


def test_every_default_parses_and_explains_itself(tmp_path):
    loaded = load({"GRATICULE_HOME": str(tmp_path)})
    for setting in SETTINGS:
        assert setting.name in loaded.values
        assert setting.help.endswith(".")
        assert len(setting.help) > 15
    assert loaded["rights_age"] == timedelta(seconds=5)
    assert loaded["chunk_cache_bytes"] == 256 * 2**20


def test_names_are_unique():
    names = [setting.name for setting in SETTINGS]
    assert len(set(names)) == len(names)


def test_every_setting_is_read_somewhere():
    source = Path(__file__).parents[2] / "src" / "graticule"
    code = "".join(
        path.read_text()
        for path in source.rglob("*.py")
        if path.name not in {"settings.py", "kinds.py"}
    )
    unread = [s.name for s in SETTINGS if f'"{s.name}"' not in code]
    assert unread == []


def test_environment_wins_over_file_and_default(tmp_path):
    (tmp_path / "graticule.toml").write_text(
        'port = 9000\nworkers = 3\nlut_folders = ["/a", "/b"]\npublic = true\n'
    )
    loaded = load({"GRATICULE_HOME": str(tmp_path), "GRATICULE_PORT": "9001"})
    assert loaded["port"] == 9001
    assert loaded.origins["port"] == "GRATICULE_PORT"
    assert loaded["workers"] == 3
    assert loaded.origins["workers"] == str(tmp_path / "graticule.toml")
    assert loaded["lut_folders"] == (Path("/a"), Path("/b"))
    assert loaded["public"] is True
    assert loaded.origins["threads"] == "default"


def test_a_secret_can_lie_in_a_file(tmp_path):
    held = tmp_path / "held"
    held.write_text("postgresql://u:p@h/n\n")
    environ = {
        "GRATICULE_HOME": str(tmp_path),
        "GRATICULE_DATABASE_URL_FILE": str(held),
    }
    assert load(environ)["database_url"] == "postgresql://u:p@h/n"
    environ["GRATICULE_DATABASE_URL_FILE"] = str(tmp_path / "none")
    with pytest.raises(SettingError, match="cannot read"):
        load(environ)


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("GRATICULE_PROT", "1", "no setting prot .*Did you mean port"),
        ("GRATICULE_PORT", "99999", "port '99999' .*GRATICULE_PORT.*0 to 65535"),
        ("GRATICULE_PORT", "x", "expected a whole number"),
        ("GRATICULE_PUBLIC", "maybe", "expected true or false"),
        ("GRATICULE_SESSION_AGE", "5", "expected a time such as"),
        ("GRATICULE_OPEN_SOURCES", "-1", "zero or more"),
        ("GRATICULE_API_LIMIT", "0", "one or more"),
        ("GRATICULE_API_MAX_LIMIT", "many", "one or more"),
        ("GRATICULE_CHUNK_CACHE_BYTES", "lots", "expected a number of bytes"),
        ("GRATICULE_LOG_LEVEL", "loud", "expected debug"),
    ],
)
def test_refusals_name_the_setting_and_the_remedy(tmp_path, variable, text, message):
    with pytest.raises(SettingError, match=message):
        load({"GRATICULE_HOME": str(tmp_path), variable: text})


def test_a_broken_or_unknown_file_entry_refuses_to_start(tmp_path):
    path = tmp_path / "graticule.toml"
    for text in ("port = ", "prot = 1"):
        path.write_text(text)
        with pytest.raises(SettingError, match=r"graticule\.toml"):
            load({"GRATICULE_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("12 kB", 12_000), ("1.5GiB", 3 * 2**29), ("7 b", 7), ("2 TiB", 2**41)],
)
def test_bytes(text, value):
    assert kinds.byte_size(text) == value


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500 ms", 0.5), ("2min", 120), ("1.5 h", 5400), ("7d", 604800)],
)
def test_durations(text, seconds):
    assert kinds.duration(text) == timedelta(seconds=seconds)


class TestDatabase:
    def test_postgresql_url(self, tmp_path):
        from graticule.config.database import database

        entry = database("postgresql://u%40x:p@db:5433/n?sslmode=require", tmp_path, 4)
        assert entry["USER"] == "u@x"
        assert (entry["HOST"], entry["PORT"], entry["NAME"]) == ("db", "5433", "n")
        assert entry["OPTIONS"]["sslmode"] == "require"
        assert entry["OPTIONS"]["pool"]["max_size"] == 4

    def test_other_schemes_are_refused(self, tmp_path):
        from graticule.config.database import database

        with pytest.raises(SettingError, match="mysql:// is not supported"):
            database("mysql://h/n", tmp_path, 1)


class TestSecretKey:
    def test_made_once_and_readable_by_its_owner_only(self, tmp_path):
        from graticule.config.secret import secret_key

        first = secret_key(tmp_path)
        assert len(first) > 50
        assert secret_key(tmp_path) == first
        assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
        assert [p.name for p in tmp_path.iterdir()] == ["secret_key"]

    def test_a_home_that_is_a_file(self, tmp_path):
        from graticule.config.secret import secret_key

        (tmp_path / "home").write_text("")
        with pytest.raises(SettingError, match="cannot be written"):
            secret_key(tmp_path / "home")
