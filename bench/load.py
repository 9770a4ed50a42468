"""A light HTTP client: many keep-alive connections, each request timed."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a run."""

    seconds: float
    latencies_ms: tuple[float, ...]
    body_bytes: int

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return len(self.latencies_ms) / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in ms that this share (0 to 100) of answers stays under."""
        return float(np.percentile(self.latencies_ms, share))


def run(port: int, paths: Sequence[str], concurrency: int) -> Load:
    """Ask for every path once, so many at a time.

    Raises
    ------
    RuntimeError
        At the first answer that is not 200.
    """
    return asyncio.run(_run(port, paths, concurrency))


async def _run(port: int, paths: Sequence[str], concurrency: int) -> Load:
    waiting = deque(paths)
    latencies: list[float] = []
    total = 0

    async def worker() -> None:
        nonlocal total
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            path = waiting.popleft()
            begun = time.perf_counter()
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
            )
            total += await _answer(reader, path)
            latencies.append(1000 * (time.perf_counter() - begun))
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return Load(time.perf_counter() - begun, tuple(latencies), total)


async def _answer(reader: asyncio.StreamReader, path: str) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
    body = await reader.readexactly(length)
    if status != 200:
        raise RuntimeError(f"{status} for {path}: {body[:200]!r}")
    return length
