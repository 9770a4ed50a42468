"""The client's page and what is written into it (contract clients 5, "Index page")."""

import json
import re

import pytest

NAMES = (
    *("APP_SERVED_BY_OMERO", "BASE_OMEROWEB_URL", "APP_ROOT_URL", "STATIC_DIR"),
    *("PING_URL", "EXPORT_ENABLED", "IS_ADMIN", "IS_PUBLIC_USER", "USER_ID"),
    *("USER_FULL_NAME", "LENGTH_UNITS", "MAX_PLANE_SIZE", "MAX_PROJECTION_BYTES"),
)
LINE = re.compile(r"^const ([A-Z_]+) = (.*);$", re.MULTILINE)


@pytest.fixture
def install(catalog, tmp_path, configured):
    """A home with a client whose page has a line for each name."""
    from graticule.services.clients import Installed, write_facts
    from graticule.web.clients.mounted import forget_mounted

    def make(names=NAMES):
        configured(home=tmp_path)
        folder = tmp_path / "clients" / "figure"
        page = folder / "templates" / "omero_figure" / "index.html"
        page.parent.mkdir(parents=True)
        lines = "\n".join(f"const {name} = LATER;" for name in names)
        page.write_text(
            f"<script>\n{lines}\n</script>"
            '<script src="/assets/index-1.js"></script>'
            '<link href="https://cdn.example.org/1.1/bootstrap-icons.css">'
        )
        write_facts(Installed("figure", "8.0.1", "AGPL-3.0", folder))
        forget_mounted()

    yield make
    forget_mounted()


def told(answer):
    assert answer.status_code == 200
    lines = LINE.findall(answer.content.decode())
    return {name: json.loads(text) for name, text in lines}


def test_it_works(install, client, database):
    from graticule.catalog.models import Person

    install()
    answer = client.get("/figure/")
    found = told(answer)
    units = found.pop("LENGTH_UNITS")
    assert found == {
        "APP_SERVED_BY_OMERO": True,
        "BASE_OMEROWEB_URL": "/",
        "APP_ROOT_URL": "/figure/",
        "STATIC_DIR": "/static/omero_figure/",
        "PING_URL": "/webclient/keepalive_ping/",
        "EXPORT_ENABLED": False,
        "IS_ADMIN": False,
        "IS_PUBLIC_USER": True,
        "USER_ID": Person.objects.get(username="public").pk,
        "USER_FULL_NAME": "Public",
        "MAX_PLANE_SIZE": 10_188_864,
        "MAX_PROJECTION_BYTES": 1 << 30,
    }
    assert units["MICROMETER"] == {"symbol": "µm", "microns": 1.0}
    assert units["NANOMETER"] == {"symbol": "nm", "microns": 0.001}
    assert "PIXEL" not in units  # it has no size
    text = answer.content.decode()
    assert 'src="/static/omero_figure/assets/index-1.js"' in text
    assert 'href="/static/omero_figure/bootstrap-icons.css"' in text
    assert client.cookies["csrftoken"].value  # contract clients 1.2


@pytest.mark.parametrize(
    "path", ["new", "new/", "open/", "recover/", "file/1", "file/12/"]
)
def test_addresses_that_the_page_gives_itself(install, client, path):
    install()
    answer = client.get(f"/figure/{path}")
    assert told(answer)["APP_ROOT_URL"] == "/figure/"


def test_a_name_that_looks_like_script(install, logged_in, cast):
    install()
    name = "</script><script>alert('&'); const MAX_PLANE_SIZE = 5; //"
    cast.alice.first_name = name
    cast.alice.save()
    answer = logged_in(cast.alice).get("/figure/")
    found = told(answer)
    assert found["USER_FULL_NAME"] == name
    assert found["USER_ID"] == cast.alice.pk
    assert found["MAX_PLANE_SIZE"] == 10_188_864
    assert found["IS_PUBLIC_USER"] is False
    assert answer.content.count(b"</script>") == 2


def test_a_page_of_another_version(install, client):
    install(NAMES[1:])
    answer = client.get("/figure/")
    assert answer.status_code == 500
    assert b"has no place for APP_SERVED_BY_OMERO" in answer.content
    assert b"graticule client install figure" in answer.content


def test_not_installed(client, configured, tmp_path):
    from graticule.web.clients.mounted import forget_mounted

    configured(home=tmp_path)
    forget_mounted()
    answer = client.get("/figure/")
    assert answer.status_code == 404
    assert b"graticule client install figure" in answer.content
    forget_mounted()
