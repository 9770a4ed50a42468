"""A server that is stopped answers those who wait (contract uws 7, 10, 13)."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from tests.web.uws.serving import new_job, serving_jobs

WAITERS = 20


def test_a_stopped_server_answers_those_who_wait(tmp_path):
    # U49: with the document as it is, long before they would be answered.
    with ThreadPoolExecutor(WAITERS + 1) as pool, httpx.Client(timeout=60) as client:
        with serving_jobs(tmp_path, max_wait="55 s") as base:
            job = new_job(client, base)
            waits = [pool.submit(client.get, f"{job}?WAIT=-1") for _ in range(WAITERS)]
            sync = pool.submit(client.get, f"{base}/echo/sync?SECONDS=50")
            time.sleep(3)
            assert not any(wait.done() for wait in (*waits, sync))
        for wait in waits:
            answer = wait.result(1)
            assert answer.status_code == 200
            assert "phase>PENDING<" in answer.text
        busy = sync.result(1)
        assert busy.status_code == 503
        assert "Retry-After" in busy.headers
