"""Looking again until a thing is so, for what no locator can wait for."""

import time


def eventually(page, check, seconds=30.0):
    """Repeat a check until it raises no AssertionError; give what it gives."""
    end = time.monotonic() + seconds
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
        page.wait_for_timeout(50)
