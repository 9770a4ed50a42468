"""Jobs over HTTP: how long one takes, how many a second, and what looking costs."""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from bench import load
from bench.server import Served, environment, serving

_ALONE = 100
_CLIENTS, _TOGETHER = 8, 200
_LOOKS = 3000
_LISTS = 300
_LAST = 20
_SETTLING_SECONDS = 4.0
_MANY = 100_000
_SETTINGS = {
    "embedded_worker": "true",
    "echo_service": "true",
    "log_level": "error",
    "max_jobs_per_owner": "1000000",
    # All clients here are nobody in particular, and share what nobody may run.
    "max_running_per_owner": "100",
}


def measure(home: Path, count: int = _MANY) -> None:
    """Print times of trivial jobs, and of looking at them among few and many."""
    with serving(home, **_SETTINGS) as server:
        client = _Client(server.port)
        for _ in range(5):
            client.run_one()
        print(f"\njobs; server and worker take {server.resident_mib():.0f} MiB")
        _alone(client, server)
        _together(server)
        job = client.run_one()
        _looks(server, "phase", f"{job}/phase")
        _looks(server, "document", job)
        _lists(server, "few")
    own = [sys.executable, "-m", "bench.jobs", str(count)]
    subprocess.run(own, env=environment(home), check=True)
    with serving(home, **_SETTINGS) as server:
        _lists(server, f"{count:,}")
        client = _Client(server.port)
        client.run_one()
        _alone(client, server)


class _Client:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("localhost", port, timeout=60)

    def run_one(self) -> str:
        """Create a trivial job and wait until it is COMPLETED; give its path.

        Raises
        ------
        RuntimeError
            If it ends otherwise.
        """
        body = urlencode({"TEXT": "hello", "PHASE": "RUN"})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        where = self.ask("POST", "/services/echo/async", body, form)
        path = "/" + where.split("//", 1)[-1].split("/", 1)[-1]
        while True:
            text = self.ask("GET", f"{path}?WAIT=30")
            if "phase>COMPLETED<" in text:
                return path
            if "phase>ERROR<" in text or "phase>ABORTED<" in text:
                raise RuntimeError(text)

    def ask(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> str:
        """Ask for something; give where it was sent on to, or its text."""
        self._connection.request(method, path, body, headers or {})
        answer = self._connection.getresponse()
        text = answer.read().decode()
        return answer.headers["Location"] or text


def _alone(client: _Client, server: Served) -> None:
    times = []
    cpu = server.cpu_seconds()
    for _ in range(_ALONE):
        begun = time.perf_counter()
        client.run_one()
        times.append(1000 * (time.perf_counter() - begun))
    cpu = 1000 * (server.cpu_seconds() - cpu) / _ALONE
    print(
        f"{'one after another, created to COMPLETED':44}"
        f"{statistics.median(times):8.1f} ms median{min(times):8.1f} least"
        f"{cpu:8.1f} CPU ms"
    )


def _together(server: Served) -> None:
    def several(count: int) -> None:
        client = _Client(server.port)
        for _ in range(count):
            client.run_one()

    cpu = server.cpu_seconds()
    begun = time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        list(pool.map(several, [_TOGETHER // _CLIENTS] * _CLIENTS))
    seconds = time.perf_counter() - begun
    cpu = 1000 * (server.cpu_seconds() - cpu) / _TOGETHER
    what = f"{_TOGETHER} from {_CLIENTS} clients"
    print(f"{what:44}{_TOGETHER / seconds:8.1f} jobs/s{cpu:8.1f} CPU ms each")


def _looks(server: Served, what: str, path: str) -> None:
    cpu = server.cpu_seconds()
    done = load.run(server.port, [path] * _LOOKS, _CLIENTS)
    cpu = 1000 * (server.cpu_seconds() - cpu) / _LOOKS
    print(f"{what:44}{done.per_second:8.0f} /s{cpu:8.2f} CPU ms")


def _lists(server: Served, among: str) -> None:
    path = f"/services/echo/async?LAST={_LAST}"
    client = _Client(server.port)
    # What was written just now has settled by then.
    settled = time.perf_counter() + _SETTLING_SECONDS
    while time.perf_counter() < settled:
        client.ask("GET", path)
    cpu = server.cpu_seconds()
    begun = time.perf_counter()
    for _ in range(_LISTS):
        client.ask("GET", path)
    seconds = time.perf_counter() - begun
    cpu = 1000 * (server.cpu_seconds() - cpu) / _LISTS
    what = f"list, LAST={_LAST} among {among}"
    print(f"{what:44}{1000 * seconds / _LISTS:8.1f} ms{cpu:8.2f} CPU ms")


def _main(count: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "graticule.config.django"
    import django  # noqa: PLC0415 -- needs the settings

    django.setup()
    from graticule.jobs.models import Job  # noqa: PLC0415
    from graticule.jobs.times import now  # noqa: PLC0415

    moment = now()
    hour = timedelta(hours=1)
    Job.objects.bulk_create(
        (
            Job(
                id=f"old{number:013}",
                service="echo",
                phase="COMPLETED",
                created=moment - timedelta(milliseconds=100 * number),
                queued=moment - hour,
                started=moment - hour,
                ended=moment - hour,
                duration=hour,
                destruction=moment + 30 * 24 * hour,
            )
            for number in range(count)
        ),
        batch_size=1000,
    )


if __name__ == "__main__":
    _main(int(sys.argv[1]))
