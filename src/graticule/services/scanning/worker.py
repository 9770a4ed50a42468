"""A worker process of a scan: gets tasks through a socket, sends results back.

Started by :mod:`graticule.services.scanning.workers` as a program of its own,
so that it loads nothing of the server: no Django. What a task raises ends the
process; its traceback goes to standard error, where the parent finds it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from multiprocessing.connection import Connection

READY, NEWS, RESULT = "ready", "news", "result"


def main() -> None:
    """Work until the parent hangs up.

    The first message is the module search path, the second the work: called
    with a task and a function to tell news by. Then each message is a task.
    Answers are pairs of their kind and a value; results come in order.
    """
    # The parent decides what an interrupt means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Decoders write to these; the parent reports what matters.
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    parent = Connection(int(sys.argv[1]))
    try:
        sys.path[:] = parent.recv()
        work = parent.recv()
        parent.send((READY, None))
        while True:
            result = work(parent.recv(), lambda news: parent.send((NEWS, news)))
            parent.send((RESULT, result))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        # Skip the clean-up of libraries: the parent is waiting, or gone.
        os._exit(0)


if __name__ == "__main__":
    main()
