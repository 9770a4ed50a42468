"""``graticule get``."""

import json

import pytest


@pytest.fixture
def hidden(make_cast):
    """A project that only Alice and her like see."""
    from graticule.catalog.models import Project

    cast = make_cast("rwr---")
    project = Project.objects.create(name="hidden", owner=cast.alice, group=cast.group)
    return cast, f"/webgateway/proj/{project.pk}/detail/"


def test_it_works(run, catalog):
    result = run("get", "/webgateway/")
    assert result.exit_code == 0
    assert result.output == "Welcome to webgateway"


def test_the_first_slash_may_be_missing(run, catalog):
    assert run("get", "webgateway/").output == "Welcome to webgateway"


def test_redirects_are_followed(run, catalog):
    assert json.loads(run("get", "/webgateway/proj/list").output) == []


def test_into_a_file(run, catalog, tmp_path):
    target = tmp_path / "list.json"
    result = run("get", "/webgateway/proj/list/", "-o", str(target))
    assert (result.exit_code, result.output) == (0, "")
    assert json.loads(target.read_text()) == []
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_status(run, catalog, tmp_path):
    target = tmp_path / "x"
    result = run("get", "/webgateway/proj/987654/detail/", "-o", str(target))
    assert result.exit_code == 1
    assert "\n500 Internal Server Error\n" in f"\n{result.stderr}"
    assert "Project:987654 not found" in result.stderr
    assert result.stdout == ""
    assert not target.exists()


def test_a_folder_that_is_not_there(run, catalog, tmp_path):
    result = run("get", "/webgateway/", "-o", str(tmp_path / "no" / "x"))
    assert result.exit_code == 1
    assert "no/x" in result.output


def test_as_a_person(run, hidden):
    cast, path = hidden
    assert run("get", path).exit_code == 1
    assert run("get", path, "--as", cast.charlie.username).exit_code == 1
    result = run("get", path, "--as", cast.alice.username)
    assert result.exit_code == 0
    assert json.loads(result.output)["name"] == "hidden"


def test_asking_as_somebody_leaves_no_trace(run, hidden):
    from django.contrib.sessions.models import Session

    from graticule.catalog.models import Token

    cast, path = hidden
    run("get", path, "--as", "admin")
    cast.administrator.refresh_from_db()
    # or the administrator's first login link would be gone
    assert cast.administrator.last_login is None
    assert not Token.objects.exists()
    assert not Session.objects.exists()


@pytest.mark.parametrize("name", ["nobody", ""])
def test_as_nobody_there_is(run, catalog, name):
    result = run("get", "/webgateway/", "--as", name)
    assert result.exit_code == 1
    assert "graticule user list" in result.output


@pytest.mark.parametrize("host", ["images.example.org", ".example.org"])
def test_where_the_server_has_a_name(run, catalog, monkeypatch, host):
    from django.conf import settings

    monkeypatch.setattr(settings, "ALLOWED_HOSTS", [host])
    assert run("get", "/webgateway/").output == "Welcome to webgateway"
