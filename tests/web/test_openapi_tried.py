"""Every described address with made-up parameters: no 5xx, answers as described.

With ``true_statuses`` on: OMERO.web's own 500s are tested by name elsewhere.
"""

import random
from datetime import timedelta
from functools import cache

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks

CHECKS = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)
# Made-up ids are hardly ever there: most cases get one that is.
KNOWN = {
    "iid": "image",
    "img_id": "image",
    "image": "image",
    "image_id": "image",
    "did": "dataset",
    "dataset": "dataset",
    "dataset_id": "dataset",
    "pid": "project",
    "project": "project",
    "project_id": "project",
    "service": "service",
    "job_id": "job",
}
DOORS = (
    "gateway",
    "api",
    "webclient",
    "iviewer",
    "figure",
    "annotate",
    "table",
    "clients",
    "pages",
    "regions",
    "spread",
    "view_export",
    "jobs",
)


@cache
def described():
    """The description, asked for once; it is the same for all tests."""
    from django.core.wsgi import get_wsgi_application

    return schemathesis.openapi.from_wsgi("/openapi.json", get_wsgi_application())


@pytest.fixture
def schema(catalog, configured):
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    configured(
        true_statuses=True,
        echo_service=True,
        # Nobody does the jobs here.
        max_wait=timedelta(milliseconds=20),
        sync_duration=timedelta(milliseconds=20),
    )
    # As Django's test client does: the test's transaction stays open.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield described()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(image, catalog):
    from graticule.catalog.tokens import make_token
    from graticule.jobs.requests import NewJob, create

    row = image("cells.ome.tif")
    dataset = row.datasets.get()
    return {
        "image": row.pk,
        "dataset": dataset.pk,
        "project": dataset.projects.get().pk,
        "service": "echo",
        "job": create(NewJob("echo", None)).pk,
        "token": make_token(catalog.administrator, "tries", scopes=("read", "write")),
    }


def operations(schema, door):
    for found in schema.get_all_operations():
        operation = found.ok()
        if door in operation.tags:
            yield operation


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
def test_addresses_answer_as_described(schema, known, door):
    tried = 0
    for operation in operations(schema, door):
        try_out(operation, known)
        tried += 1
    assert tried


def try_out(operation, known):
    chance = random.Random(operation.label)

    @settings(
        max_examples=5,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case):
        for name in case.path_parameters or {}:
            if name in KNOWN and chance.random() < 0.8:
                case.path_parameters[name] = known[KNOWN[name]]
            elif name in {"z", "t", "channel"} and chance.random() < 0.8:
                case.path_parameters[name] = 0
        token = {"Authorization": f"Bearer {known['token']}"}
        case.call_and_validate(checks=CHECKS, headers=token)

    one()
