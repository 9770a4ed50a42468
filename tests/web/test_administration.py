"""Every table for administrators, and for nobody else (Django's admin)."""

import re

import pytest
from django.apps import apps
from tests.web.conftest import new_client

BASE = "/administration/"


def tables():
    return [
        f"{model._meta.app_label}/{model._meta.model_name}/"
        for app in ("catalog", "jobs")
        for model in apps.get_app_config(app).get_models()
    ]


def posting(client, url, **form):
    client.get(url)
    token = client.cookies["csrftoken"].value
    return client.post(url, {"csrfmiddlewaretoken": token, **form})


def test_for_administrators_only(client, cast, logged_in):
    answer = client.get(BASE)
    assert (answer.status_code, answer["Location"][:21]) == (
        302,
        "/webclient/login/?url",
    )
    for person in (cast.alice, cast.group_owner):
        assert logged_in(person).get(BASE).status_code == 403
        assert logged_in(person).get(f"{BASE}catalog/person/").status_code == 403
    assert logged_in(cast.administrator).get(BASE).status_code == 200


def test_not_by_a_token(cast):
    from graticule.catalog.tokens import make_token

    secret = make_token(cast.administrator, "x", scopes=("read", "write", "admin"))
    header = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    assert new_client().get(BASE, **header).status_code == 403


def test_every_table_has_a_page(cast, image, logged_in):
    image("cells.ome.tif")
    client = logged_in(cast.administrator)
    for table in tables():
        answer = client.get(f"{BASE}{table}", {"q": "a"})
        assert answer.status_code == 200, table
        assert answer["Content-Security-Policy"].startswith("default-src 'self'")
        assert b"grt_" not in answer.content


def test_what_is_changed_is_told_to_all_processes(cast, image, logged_in):
    from graticule.catalog.models import CatalogVersion

    row = image("cells.ome.tif")
    client = logged_in(cast.administrator)
    url = f"{BASE}catalog/dataset/{row.datasets.get().pk}/change/"
    page = client.get(url).content.decode()
    values = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    del values["csrfmiddlewaretoken"]
    kept = {key: value for key, value in values.items() if key[0] != "_"}
    before = CatalogVersion.objects.get().number
    answer = posting(client, url, **kept | {"name": "renamed here"})
    assert answer.status_code == 302, answer.content
    assert row.datasets.get().name == "renamed here"
    assert CatalogVersion.objects.get().number > before
    # The page that follows says so, once.
    assert b"was changed successfully" in client.get(answer["Location"]).content
    assert b"was changed successfully" not in client.get(answer["Location"]).content


def test_people_are_added_and_get_in(cast, logged_in):
    from graticule.catalog.models import Person

    client = logged_in(cast.administrator)
    password = "words that nobody guesses"
    form = {"username": "dora", "usable_password": "true"}
    answer = posting(
        client,
        f"{BASE}catalog/person/add/",
        **form,
        password1=password,
        password2=password,
    )
    assert answer.status_code == 302
    dora = Person.objects.get(username="dora")
    assert dora.check_password(password)
    assert not dora.is_administrator
    page = client.get(f"{BASE}catalog/person/{dora.pk}/change/").content.decode()
    assert dora.password not in page


@pytest.mark.parametrize("table", ["catalog/image/", "jobs/jobevent/"])
def test_what_others_keep_is_not_deleted_here(cast, image, logged_in, table):
    row = image("cells.ome.tif")
    client = logged_in(cast.administrator)
    assert client.get(f"{BASE}{table}add/").status_code == 403
    answer = posting(client, f"{BASE}{table}{row.pk}/delete/", post="yes")
    assert answer.status_code in {302, 403}
    row.refresh_from_db()


def test_tokens_are_taken_away(cast, logged_in):
    from graticule.catalog.tokens import make_token

    secret = make_token(cast.alice, "hers")
    header = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    assert new_client().get("/api/v0/m/projects/", **header).status_code == 200
    row = cast.alice.tokens.get()
    client = logged_in(cast.administrator)
    shown = client.get(f"{BASE}catalog/token/{row.pk}/change/").content.decode()
    assert row.digest not in shown
    answer = posting(client, f"{BASE}catalog/token/{row.pk}/delete/", post="yes")
    assert answer.status_code == 302
    assert new_client().get("/api/v0/m/projects/", **header).status_code == 401


def test_login_and_password_are_ours(cast, logged_in):
    client = logged_in(cast.administrator)
    assert client.get(f"{BASE}password_change/")["Location"] == "/account/"
    login = new_client().get(f"{BASE}login/")["Location"]
    assert login.startswith("/webclient/login/")
