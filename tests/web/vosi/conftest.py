"""The jobs' door, and nobody behind a browser."""

from tests.web.uws.conftest import add_result, alice, client, door, new_job  # noqa: F401
