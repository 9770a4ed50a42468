"""The worker that comes and goes with the server (contract uws U86, U90, U91)."""

import os
import re
import signal
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.served import GRATICULE, environment

from graticule.jobs.executors.child import children_of, descendants_of

pytestmark = pytest.mark.slow


@dataclass
class Server:
    process: subprocess.Popen
    url: str
    home: Path

    def worker(self):
        """Find the worker among the server's children."""
        return wait_for(
            lambda: [
                pid
                for pid in children_of(self.process.pid)
                if b"--embedded" in command_of(pid).split(b"\0")
            ]
        )[0]


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def lives(pid):
    return command_of(pid) != b""


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


@contextmanager
def started(home, log, **variables):
    env = environment(home) | {
        "GRATICULE_EMBEDDED_WORKER": "true",
        "GRATICULE_ECHO_SERVICE": "true",
        **variables,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*GRATICULE, "serve", "--no-scan", "--port", "0"],
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        found = wait_for(
            lambda: re.search(r"http://[^/]+:\d+(?=/)", log.read_text(encoding="utf-8"))
        )
        yield Server(process, found[0].replace("127.0.0.1", "localhost"), home)
    finally:
        process.terminate()
        process.wait(20)


def run_echo(server):
    """Have an echo made over HTTP; give the phase it ends in."""
    wait_for(lambda: answers(server.url))
    body = b"TEXT=hello&PHASE=RUN"
    address = f"{server.url}/services/echo/async"
    with urllib.request.urlopen(address, body, timeout=20) as answer:
        job = answer.url

    def ended():
        with urllib.request.urlopen(f"{job}/phase", timeout=20) as answer:
            phase = answer.read().decode()
        return None if phase in {"QUEUED", "EXECUTING"} else phase

    return wait_for(ended)


def answers(url):
    try:
        with urllib.request.urlopen(f"{url}/webgateway/", timeout=10):
            return True
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_leaves_no_orphan(tmp_path, number):
    with started(tmp_path / "home", tmp_path / "log") as server:
        worker = server.worker()
        assert run_echo(server) == "COMPLETED"
        family = descendants_of(worker)
        assert len(family) >= 2  # the one that forks, and those that were forked
        os.kill(server.process.pid, number)
        server.process.wait(20)
        wait_for(lambda: not any(map(lives, [worker, *family])), 10)


def test_it_is_started_again(tmp_path):
    log = tmp_path / "log"
    with started(tmp_path / "home", log) as server:
        first = server.worker()
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: not lives(first))
        second = server.worker()
        assert second != first
        assert run_echo(server) == "COMPLETED"
    assert "The worker for jobs has ended (signal 9)" in log.read_text()


def test_it_is_not_there_where_it_is_switched_off(tmp_path):
    off = {"GRATICULE_EMBEDDED_WORKER": "false"}
    with started(tmp_path / "home", tmp_path / "log", **off) as server:
        wait_for(lambda: answers(server.url))
        time.sleep(2)
        commands = map(command_of, descendants_of(server.process.pid))
        assert not any(b"--embedded" in command for command in commands)


def test_without_its_server_it_does_not_begin(tmp_path):
    done = subprocess.run(
        [*GRATICULE, "worker", "--embedded", "1"],
        env=environment(tmp_path),
        check=False,
        capture_output=True,
        timeout=20,
    )
    assert (done.returncode, done.stderr) == (0, b"")
