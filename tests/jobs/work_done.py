"""Work for executors to do in tests; loaded by their processes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
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


def do_unreadable(work, values):
    from graticule.errors import CorruptFileError

    raise CorruptFileError("/secret/place/a.tif", values["text"])


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


def do_pieces(work, values):
    """Have twelve pieces done; write what came of them in a line each."""
    with work.result("result", "r.txt", "text/plain") as path:
        found = work.map(partial(piece_of, values["text"]), range(12))
        path.write_text("".join(f"{line}\n" for line in found))


def piece_of(kind, piece, number):
    return PIECES[kind](piece, number)


def piece_plain(piece, number):
    time.sleep(0.02 * (number % 3))  # they do not end in the order they begin
    return number * number


def piece_large(piece, number):
    return chr(ord("a") + number) * 300_000


def piece_file(piece, number):
    path = piece.new_path()
    path.write_text(str(number))
    return path.name, path.parent == piece.folder


def piece_refused(piece, number):
    from graticule.errors import MissingFileError

    if number == 5:
        raise MissingFileError("cells.tif", "is not there.")
    return number


def piece_mistaken(piece, number):
    raise OddError(number, "secret of the program")


def piece_slow(piece, number):
    """Ignore polite signals, and tell who is at work."""
    with suppress(ValueError):  # in the job's own process, which has its own
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (piece.folder / f"pid-{os.getpid()}").touch()
    piece.report(1, 4)
    time.sleep(600)


def piece_dying_once(piece, number):
    """Be killed at the first try."""
    mark = piece.folder / f"tried-{number}"
    if number % 4 == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def piece_dying(piece, number):
    with (piece.folder / "tried").open("a") as file:
        file.write(f"{number}\n")
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def piece_eating(piece, number):
    do_eat(None, None)


class OddError(Exception):
    """Does not survive pickling."""

    def __init__(self, number, text):
        super().__init__(text)


PIECES = {
    name.removeprefix("piece_"): function
    for name, function in list(globals().items())
    if name.startswith("piece_") and name != "piece_of"
}


def do_half(work, values):
    """Use the first of many pieces, and leave the others alone."""
    found = work.map(partial(piece_of, "plain"), range(1000))
    with work.result("result", "r.txt", "text/plain") as path:
        path.write_text(str([next(found) for _ in range(3)]))
    found.close()


def do_nested(work, values):
    """Two rounds of pieces; a single one is done by the job itself."""
    one = list(work.map(where_done, [1]))
    many = list(work.map(where_done, range(8)))
    with work.result("result", "r.txt", "text/plain") as path:
        path.write_text(f"{os.getpid()} {one[0]} {len(set(many))}")


def where_done(piece, number):
    time.sleep(0.1)
    return os.getpid()
