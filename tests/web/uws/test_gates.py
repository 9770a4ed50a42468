"""Services that are not for everybody, and mounts that a service has not (uws U83)."""

import pytest
from tests.web.uws.conftest import LIST, created
from tests.web.uws.documents import said

from graticule.errors import SettingError

BASE = "/services/echo"


@pytest.fixture
def restricted(door, configured, cast):
    """The service echo is for members of either of two groups; alice is in one."""
    from graticule.catalog.models import Group, Membership

    found = Group.objects.create(name="Imaging")
    Membership.objects.create(person=cast.alice, group=found)
    Group.objects.create(name="Optics")
    configured(service_groups=(("echo", "Imaging"), ("echo", "Optics")))
    return found


def ask(client, verb, path):
    return client.generic(verb, path, headers={"Accept": "application/xml"})


REQUESTS = [
    ("GET", LIST),
    ("POST", LIST),
    ("GET", f"{BASE}/uws.xml"),
    ("GET", f"{BASE}/sync"),
    ("GET", f"{LIST}/nothing"),
    ("DELETE", f"{LIST}/nothing"),
]


@pytest.mark.parametrize(("verb", "path"), REQUESTS)
def test_members_only(restricted, client, logged_in, cast, verb, path):
    nobody = ask(client, verb, path)
    said(nobody, 401)
    assert "Basic" in nobody["WWW-Authenticate"]
    said(ask(logged_in(cast.bob), verb, path), 403)


def test_others_see_no_job_of_it(restricted, alice, logged_in, cast, client):
    job = created(alice)
    assert alice.get(job)["X-VO-Authenticated"] == cast.alice.username
    for path in (job, f"{job}/phase", f"{job}/results"):
        assert alice.get(path).status_code == 200
        assert logged_in(cast.bob).get(path).status_code == 403
        assert client.get(path).status_code == 401


def test_administrators_may(restricted, logged_in, cast):
    assert logged_in(cast.administrator).get(LIST).status_code == 200


def test_who_may_not_is_not_offered_it(restricted, alice, logged_in, cast, client):
    def offered(who):
        rows = who.get("/services/", headers={"Accept": "application/json"}).json()
        page = who.get("/services/", headers={"Accept": "text/html"}).content.decode()
        listed = "echo" in {row["name"] for row in rows["services"]}
        assert (f'href="{LIST}"' in page) is listed
        return listed

    assert offered(alice)
    assert not offered(logged_in(cast.bob))
    assert not offered(client)


def test_what_it_is_everybody_may_know(restricted, client):
    # V2: always anonymous
    for name in ("availability", "capabilities"):
        assert client.get(f"{BASE}/{name}").status_code == 200


def test_answers_name_who_was_logged_in(client, alice, cast):
    assert alice.get(LIST)["X-VO-Authenticated"] == cast.alice.username
    assert "X-VO-Authenticated" not in client.get(LIST)


@pytest.mark.parametrize("service", ["projection", "pyramid"])
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_what_changes_the_catalogue_has_no_sync(alice, service, verb):
    # U83: a mount that is not enabled; U98: no GET changes anything
    answer = ask(alice, verb, f"/services/{service}/sync?IMAGE=1")
    said(answer, 403)
    assert f"/services/{service}/async" in answer.content.decode()
    told = alice.get(f"/services/{service}/capabilities").content.decode()
    assert "/sync<" not in told
    assert "/sync<" in alice.get("/services/movie/capabilities").content.decode()


def test_a_misspelt_service_is_not_left_open(door, configured):
    from graticule.services.home import prepare_home

    configured(service_groups=(("movies", "Imaging"),))
    with pytest.raises(SettingError, match="movies"):
        prepare_home()


@pytest.mark.parametrize("text", ["movie", ":Imaging", "movie:", "movie:A,echo"])
def test_nonsense_is_no_setting(text):
    from graticule.config import kinds

    with pytest.raises(ValueError, match="movie:Imaging"):
        kinds.service_groups(text)


def test_pairs_are_read():
    from graticule.config import kinds

    pairs = kinds.service_groups("movie:Imaging, movie: Optics lab ,echo:x:y")
    assert pairs == (("movie", "Imaging"), ("movie", "Optics lab"), ("echo", "x:y"))


def test_old_clients_may_have_errors_as_200(client, configured):
    # Y3
    url = f"{BASE}/sync?SECONDS=x"
    said(client.get(url), 400)
    configured(legacy_sync_status=True)
    assert "SECONDS" in said(client.get(url), 200)
    assert client.get(f"{LIST}?LAST=x").status_code == 400
    configured(anonymous_access=False)
    assert client.get(url).status_code == 401
