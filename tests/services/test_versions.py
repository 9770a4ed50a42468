"""A change made by one process is noticed at once by the others."""

import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest

from graticule.services.remembered import Remembered
from graticule.services.versions import INTERVAL_SECONDS, Watch

TELL = """
import django
django.setup()
from django.db import transaction
from graticule.services.versions import tell_change
with transaction.atomic():
    tell_change()
"""


@pytest.fixture
def kept(configured):
    """What a process remembers: how often it was looked up."""
    configured(rights_age=timedelta(hours=1))
    looked_up = []
    remembered = Remembered(10)

    def ask():
        return remembered.get("key", lambda: looked_up.append(1) or len(looked_up))

    return ask


def test_another_process_tells(kept):
    assert [kept(), kept()] == [1, 1]
    time.sleep(2 * INTERVAL_SECONDS)
    assert kept() == 1
    subprocess.run([sys.executable, "-W", "error", "-c", TELL], check=True)
    time.sleep(INTERVAL_SECONDS)
    assert [kept(), kept()] == [2, 2]


def test_waiting_is_long_enough(kept):
    from graticule.services.versions import tell_change, wait_until_known

    assert kept() == 1
    tell_change()
    wait_until_known()
    assert kept() == 2


def test_nothing_is_noticed_within_a_transaction(kept):
    from django.db import transaction

    from graticule.services.versions import tell_change, wait_until_known

    assert kept() == 1
    with transaction.atomic():
        tell_change()
        started = time.monotonic()
        wait_until_known()
        assert time.monotonic() - started < INTERVAL_SECONDS / 2
        time.sleep(2 * INTERVAL_SECONDS)
        assert kept() == 1
        transaction.set_rollback(True)
    time.sleep(2 * INTERVAL_SECONDS)
    assert kept() == 1


def test_what_is_looked_up_during_a_change_is_not_kept(database):
    remembered = Remembered(10)
    begun, told = threading.Event(), threading.Event()
    answers = []

    def look_up():
        begun.set()
        told.wait(10)
        return "before"

    def ask():
        from django.db import connections

        answers.append(remembered.get("key", look_up))
        connections.close_all()

    thread = threading.Thread(target=ask)
    thread.start()
    begun.wait(10)
    remembered.forget()
    told.set()
    thread.join()
    assert answers == ["before"]
    assert remembered.get("key", lambda: "after") == "after"


def test_a_number_is_read_rarely():
    numbers = iter([5, 5, 6])
    changes = []
    watch = Watch(lambda: next(numbers), interval_seconds=0.05)
    for _ in range(3):
        for _ in range(100):
            watch.look(lambda: changes.append(1))
        time.sleep(0.06)
    assert changes == [1]
    assert next(numbers, None) is None
