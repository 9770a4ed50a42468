"""The choice of how to hear of jobs, on the account page."""

import pytest
from tests.web.test_account import posting

PAGE = "/account/notifications/"


def choice_of(person):
    from graticule.catalog.models import NotificationChoice

    return NotificationChoice.objects.filter(person=person).first()


def test_only_people_who_logged_in(client, cast, logged_in):
    assert client.get(PAGE).status_code == 302
    assert logged_in(cast.alice).get(PAGE).status_code == 200


def test_a_webhook_is_chosen_and_its_secret_stays(cast, logged_in):
    client = logged_in(cast.alice)
    form = {"about": "failed", "longer_than_seconds": "5"}
    url = "https://example.org/hook"
    answer = posting(client, PAGE, **form, webhook_url=url)
    assert answer.status_code == 302
    first = choice_of(cast.alice)
    assert (first.webhook_url, first.about) == (url, "failed")
    assert first.secret.startswith("whsec_")
    posting(client, PAGE, **form | {"about": "ended"}, webhook_url=url)
    assert choice_of(cast.alice).secret == first.secret
    assert first.secret in client.get(PAGE).content.decode()
    assert first.secret not in logged_in(cast.bob).get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"webhook_url": "ftp://example.org"}, "no address that can be posted to"),
        ({"by_mail": "on"}, "mail_server"),
        ({"longer_than_seconds": "-1"}, "greater than or equal to 0"),
        ({"about": "everything"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said(cast, logged_in, form, said):
    whole = {"about": "ended", "longer_than_seconds": "5"} | form
    answer = posting(logged_in(cast.alice), PAGE, **whole)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert choice_of(cast.alice) is None


def test_one_for_trial(cast, logged_in):
    from graticule.catalog.models import Notification

    client = logged_in(cast.alice)
    posting(client, PAGE, TRY="1")  # nothing is chosen yet
    assert Notification.objects.count() == 0
    form = {"about": "ended", "longer_than_seconds": "5"}
    posting(client, PAGE, **form, webhook_url="https://example.org/")
    posting(client, PAGE, TRY="1")
    row = Notification.objects.get()
    assert (row.person, row.way, row.sent) == (cast.alice, "webhook", None)
    assert "on its way" in client.get(PAGE).content.decode()
