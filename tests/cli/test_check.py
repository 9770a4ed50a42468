"""``graticule check``."""

import pytest


def findings(output):
    """What was found, by its first word."""
    found = {}
    for line in output.splitlines():
        mark, _, rest = line.strip().partition(" ")
        found[rest.strip()[:22].strip()] = mark
    return found


def test_it_works(run, catalog):
    result = run("check")
    assert result.exit_code == 0
    found = findings(result.output)
    assert set(found.values()) == {"ok"}
    wanted = {"Python", "Django", "settings", "home folder", "database", "formats"}
    assert wanted <= set(found)
    assert {"lookup tables", "drawing"} <= set(found)


def test_a_wrong_setting(run, catalog):
    result = run("check", GRATICULE_PORT="many")
    assert result.exit_code == 1
    assert findings(result.output)["settings"] == "FAIL"


def test_a_home_that_cannot_be_written(run, catalog, tmp_path):
    (tmp_path / "file").write_text("in the way")
    result = run("check", GRATICULE_HOME=str(tmp_path / "file"))
    assert result.exit_code == 1
    assert findings(result.output)["home folder"] == "FAIL"


@pytest.mark.parametrize("what", ["database", "drawing"])
def test_what_fails_is_named(run, catalog, monkeypatch, what):
    from graticule.cli import check
    from graticule.errors import GraticuleError

    def fail():
        raise GraticuleError("it is broken")

    monkeypatch.setattr(check, f"_{what}", fail)
    result = run("check")
    assert result.exit_code == 1
    assert findings(result.output)[what] == "FAIL"
    assert "it is broken" in result.output


def test_a_library_that_is_not_there(run, catalog, monkeypatch):
    from graticule.cli import check

    monkeypatch.setattr(check, "_LIBRARIES", ("no-such-library",))
    result = run("check")
    assert result.exit_code == 1
    assert "not installed: reinstall graticule" in result.output


def test_installed_clients_are_named(run, tmp_path):
    folder = tmp_path / "clients" / "viewport"
    folder.mkdir(parents=True)
    (folder / "client.json").write_text('{"version": "5.33.2", "licence": "GPL"}')
    said = run("check", GRATICULE_HOME=str(tmp_path)).output
    assert "viewport 5.33.2" in said


@pytest.mark.parametrize("chosen", [False, True])
def test_check_says_whether_an_authority_was_chosen(run, catalog, chosen):
    ivoid = "ivo://observatory.example/plates"
    result = run("check", **({"GRATICULE_IVOID": ivoid} if chosen else {}))
    assert result.exit_code == 0
    (line,) = [row for row in result.output.splitlines() if "registry" in row]
    assert (ivoid in line) is chosen
    assert ("choose" in line) is not chosen
