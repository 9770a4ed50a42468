"""Other viewers (contract webgateway 13.3)."""

import pytest
from tests.web.conftest import checked

from graticule.config import kinds

URL = "/webgateway/open_with/"


def test_none_by_default(client):
    assert checked(client.get(URL), "open_with") == {"open_with_options": []}


def test_viewers_of_the_setting(client, configured):
    text = """[
        ["Ours", "webgateway", {"supported_objects": ["image"], "script_url": "a.js"}],
        ["Theirs", "https://example.org/view", {"target": "_blank", "label": "Look",
            "script_url": "https://example.org/b.js", "unknown": 1}],
        ["Plain", "no such route"],
        ["too short"], []
    ]"""
    configured(open_with=kinds.viewers(text), anonymous_access=False)
    # 13.3: to everybody, whoever may log in
    assert checked(client.get(URL), "open_with")["open_with_options"] == [
        {
            "id": "Ours",
            "url": "/webgateway/",
            "supported_objects": ["image"],
            "script_url": "/static/a.js",
        },
        {
            "id": "Theirs",
            "url": "https://example.org/view",
            "target": "_blank",
            "label": "Look",
            "script_url": "https://example.org/b.js",
        },
        {"id": "Plain", "url": "no such route"},
    ]


def test_jsonp(client):
    answer = client.get(URL, {"callback": "a"})
    assert answer.content == b'a({"open_with_options": []})'


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "{}",
        '["a", "b"]',
        '[["a", 1]]',
        '[["a", "b", []]]',
        '[["a", "b", {"script_url": 1}]]',
        '[["a", "b", {"supported_objects": "image"}]]',
        "[" * 100_000,
    ],
)
def test_a_setting_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="expected a JSON list"):
        kinds.viewers(text)
