"""``graticule settings``."""

import json

import pytest


def test_it_works(run):
    from graticule.config.settings import SETTINGS

    result = run("settings")
    assert result.exit_code == 0
    for setting in SETTINGS:
        assert f"  {setting.name} = " in result.output
        assert setting.help in result.output


def test_json(run):
    from graticule.config.settings import SETTINGS

    rows = json.loads(run("settings", "--json", GRATICULE_PORT="9001").output)
    assert list(rows) == [setting.name for setting in SETTINGS]
    assert rows["port"] == {"value": "9001", "origin": "GRATICULE_PORT"}
    assert rows["workers"]["origin"] == "default"


def test_changed_only(run):
    rows = json.loads(
        run("settings", "--changed", "--json", GRATICULE_PORT="9001").output
    )
    # the home folder and the database are the tests' own
    assert set(rows) - {"home", "database_url"} == {"port"}


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("GRATICULE_PROT", "1", "Did you mean port?"),
        ("GRATICULE_PORT", "many", "port 'many' (from GRATICULE_PORT)"),
        ("GRATICULE_PORT", "99999999", "port"),
        ("GRATICULE_PORT_FILE", "/nowhere/at/all", "cannot read /nowhere/at/all"),
    ],
)
def test_refusals(run, variable, text, said):
    result = run("settings", **{variable: text})
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert said in result.output
    assert result.output.count("\n") == 1


def test_secrets_are_not_shown(run, tmp_path):
    file = tmp_path / "key"
    file.write_text("much too secret")
    for flags in ([], ["--json"], ["--changed"]):
        output = run("settings", *flags, GRATICULE_SECRET_KEY_FILE=str(file)).output
        assert "much too secret" not in output
        assert "(set, not shown)" in output


def test_the_file_in_the_home_folder(run, tmp_path):
    (tmp_path / "graticule.toml").write_text(
        'port = 9002\nlut_folders = ["/a", "/b"]\n'
    )
    rows = json.loads(run("settings", "--json", GRATICULE_HOME=str(tmp_path)).output)
    assert rows["port"]["value"] == "9002"
    assert rows["port"]["origin"] == str(tmp_path / "graticule.toml")
    assert rows["lut_folders"]["value"] == "/a, /b"
    (tmp_path / "graticule.toml").write_text("port = [")
    result = run("settings", GRATICULE_HOME=str(tmp_path))
    assert result.exit_code == 1
    assert "graticule.toml" in result.output
