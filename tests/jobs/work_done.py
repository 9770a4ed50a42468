"""Work for executors to do in tests; loaded by their processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def do(work):
    """Do what the service's name says."""
    values = {given.name: given.value for given in work.given}
    globals()[f"do_{work.service}"](work, values)


def do_write(work, values):
    work.report(1, 2, "writing")
    with work.result("result", "r.txt", "text/plain") as path:
        path.write_text(f"{values['text']} by {os.getpid()}")


def do_upload(work, values):
    with work.result("copy", "c.bin", "application/octet-stream") as path:
        path.write_bytes(Path(work.given[0].file).read_bytes() * 2)


def do_fail(work, values):
    from graticule.errors import RequestError

    raise RequestError(values["text"])


def do_mistake(work, values):
    raise ZeroDivisionError("secret of the program")


def do_full(work, values):
    raise OSError(28, "No space left on device")


def do_nothing_written(work, values):
    with work.result("result", "r.txt", "text/plain"):
        pass


def do_stubborn(work, values):
    """Ignore polite signals, and have a child in a session of its own."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "time.sleep(600)"
    )
    child = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    work.report(0, 1, f"{os.getpid()} {child.pid}")
    time.sleep(600)


def do_sleep(work, values):
    work.report(0, 1, str(os.getpid()))
    time.sleep(float(values["text"]))


def do_vanish(work, values):
    work.report(0, 1, str(os.getpid()))
    os.kill(os.getpid(), signal.SIGKILL)


def do_eat(work, values):
    eaten = []
    while True:
        eaten.append(bytearray(os.urandom(1 << 20) * 16))
        time.sleep(0.005)


def do_leave_child(work, values):
    child = subprocess.Popen(["sleep", "600"])
    with work.result("result", "r.txt", "text/plain") as path:
        path.write_text(str(child.pid))


def do_same_key_twice(work, values):
    for _ in range(2):
        with work.result("result", "r.txt", "text/plain") as path:
            path.write_text("x")
