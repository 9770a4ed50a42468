"""Made-up requests (contract uws 25.12): never 5xx, never ill-formed XML."""

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.web.uws.conftest import LIST, files_below, url
from tests.web.uws.documents import body_of, schema

NAMES = st.sampled_from(
    [
        "PHASE",
        "TEXT",
        "text",
        "SECONDS",
        "RUNID",
        "WAIT",
        "LAST",
        "AFTER",
        "ACTION",
        "EXECUTIONDURATION",
        "DESTRUCTION",
        "FILE",
        "UPLOAD",
        "RESPONSEFORMAT",
    ]
) | st.text(max_size=8)
VALUES = st.sampled_from(
    ["RUN", "ABORT", "DELETE", "PENDING", "-1", "0", "1e999", "2026-01-01", "x,param:y"]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=5)
PATHS = st.sampled_from(
    [
        "",
        "/phase",
        "/parameters",
        "/parameters/TEXT",
        "/results",
        "/results/result",
        "/error",
        "/destruction",
        "/executionduration",
        "/owner",
        "/",
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
    lambda text: "/" + quote(text, safe="")
)
VERBS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
KINDS = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "text/plain",
        "application/json",
        "",
        "multipart/form-data",
        "application/x-www-form-urlencoded; charset=latin-9",
        "nonsense",
    ]
)
ACCEPTS = st.sampled_from(
    ["*/*", "text/html", "application/json", "text/plain", ";q=,"]
)


@pytest.mark.slow
def test_nothing_breaks_the_door(client, new_job, add_result, door):
    from graticule.jobs.requests import Value

    @settings(
        max_examples=250,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        VERBS,
        st.booleans(),
        PATHS,
        PAIRS,
        PAIRS,
        st.binary(max_size=60),
        KINDS,
        ACCEPTS,
    )
    def one(verb, is_job, path, query, form, raw, kind, accept):
        job = new_job("PENDING", values=(Value("TEXT", "a"),))
        add_result(job)
        where = url(job) + path if is_job else LIST + path
        query = [pair for pair in query if pair[0].upper() != "WAIT"]
        body = urlencode(form).encode() if "urlencoded" in kind else raw
        before = files_below(door)
        answer = client.generic(
            verb,
            f"{where}?{urlencode(query)}",
            body,
            content_type=kind,
            headers={"Accept": accept},
        )
        assert answer.status_code < 500, (verb, where, query, body)
        content = body_of(answer)
        found = answer.get("Content-Type", "")
        if verb != "HEAD" and content and "xml" in found:
            root = etree.fromstring(content)
            if found == "application/xml":
                schema().validate(root)
        if verb != "HEAD" and found == "application/json":
            json.loads(content)
        if answer.status_code >= 400:
            assert files_below(door) == before

    one()
