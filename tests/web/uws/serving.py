"""A real server with two processes and a worker of its own, for tests from outside."""

import time
from contextlib import contextmanager
from pathlib import Path

import httpx
from tests.served import environment, started

ENDED = {"COMPLETED", "ERROR", "ABORTED"}


@contextmanager
def serving_jobs(home: Path, **settings: str):
    """Start both on a free port, and stop them; gives the address of the services."""
    # A database of its own: workers of several homes must not share one.
    own = environment(home) | {"GRATICULE_DATABASE_URL": ""}
    env = own | {
        "GRATICULE_WORKERS": "2",
        "GRATICULE_EMBEDDED_WORKER": "true",
        "GRATICULE_ECHO_SERVICE": "true",
        "GRATICULE_JOB_SLOTS": "2",
        "GRATICULE_MAX_RUNNING_PER_OWNER": "100",
        "GRATICULE_KILL_GRACE": "300 ms",
        **{f"GRATICULE_{name.upper()}": value for name, value in settings.items()},
    }
    with started(env) as address:
        base = f"{address}/services"
        until_available(f"{base}/echo")
        yield base


def until_available(service: str) -> None:
    """Wait until somebody works for a service."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            answer = httpx.get(f"{service}/availability")
        except httpx.TransportError:
            pass
        else:
            if ">true<" in answer.text:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nobody works at {service}")


def new_job(client: httpx.Client, base: str, **parameters: object) -> str:
    """Create a job and give its address."""
    data = {name.upper(): str(value) for name, value in parameters.items()}
    answer = client.post(f"{base}/echo/async", data=data)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def phase_of(client: httpx.Client, job: str) -> str:
    return client.get(f"{job}/phase").text


def ended(client: httpx.Client, job: str) -> str:
    """Wait, by WAIT, until a job has ended."""
    while (phase := phase_of(client, job)) not in ENDED:
        client.get(f"{job}?WAIT=10&PHASE={phase}", timeout=20)
    return phase
