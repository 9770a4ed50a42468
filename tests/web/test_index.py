"""The greeting (contract webgateway 13.5) and what holds for every address (2.1)."""


def test_it_works(client):
    answer = client.get("/webgateway/")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    assert answer.content == b"Welcome to webgateway"


def test_nobody_needs_to_log_in(client, configured):
    configured(anonymous_access=False)
    assert client.get("/webgateway/").status_code == 200


def test_headers_of_every_answer(client):
    # 2.9, and what keeps browsers from guessing and caches from mixing people up
    paths = ("/webgateway/", "/webgateway/proj/list/", "/nothing/", "/")
    redirect = ("/webgateway/proj/list",)
    for path in (*paths, *redirect):
        answer = client.get(path)
        assert answer["X-Frame-Options"] == "SAMEORIGIN"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert {"Cookie", "Authorization"} <= set(answer["Vary"].split(", "))
        assert int(answer["Content-Length"]) == len(answer.content)
