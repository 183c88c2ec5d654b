"""A load of HTTP on any FHIR server: so many clients, one request in flight on each, connections kept open.

The client shares the machine with what it measures: requests are bytes made beforehand, and one protocol on uvloop
answers each response by the next request.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import uvloop

_HEAD_END = b"\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"


class Server(NamedTuple):
    """A FHIR server: `path` is that of its base, `token` a bearer token or nothing."""

    host: str
    port: int
    path: str
    token: str = ""

    @classmethod
    def at(cls, base: str, token: str = "") -> "Server":
        """Read the base of a server as an URL."""
        told = urlsplit(base)
        return cls(told.hostname or "127.0.0.1", told.port or 80, told.path.rstrip("/"), token)

    def request(self, method: str, path: str, body: bytes = b"") -> bytes:
        """Return a request as bytes; `path` follows the base."""
        token = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        content = f"Content-Type: application/fhir+json\r\nContent-Length: {len(body)}\r\n" if body else ""
        return (
            f"{method} {self.path}{path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Accept: application/fhir+json\r\n{token}{content}\r\n"
        ).encode() + body


@dataclass(slots=True)
class Measure:
    """What a load saw: the wait of each answer in milliseconds, and the statuses other than a success."""

    waits_ms: list[float] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def per_s(self) -> float:
        return len(self.waits_ms) / self.seconds if self.seconds else 0.0

    def wait_ms(self, share: float) -> float:
        """Return the wait that this share of the answers did not pass; 0 when there was none."""
        ordered = sorted(self.waits_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def put(server: Server, requests: Callable[[int], bytes], *, clients: int, seconds: float) -> Measure:
    """Load a server for a while; `requests` gives the request of each rank."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_put(server, requests, clients, seconds))


async def _put(server: Server, requests: Callable[[int], bytes], clients: int, seconds: float) -> Measure:
    loop, measure, ranks = asyncio.get_running_loop(), Measure(), iter(range(1 << 62))
    started = time.perf_counter()
    talks = [
        (
            await loop.create_connection(
                lambda: _Talk(lambda: requests(next(ranks)), started + seconds, measure), server.host, server.port
            )
        )[1]
        for _ in range(clients)
    ]
    await asyncio.gather(*(talk.ended for talk in talks))
    measure.seconds = time.perf_counter() - started
    return measure


class _Talk(asyncio.Protocol):
    """A connection that asks again as soon as it is answered."""

    def __init__(self, following: Callable[[], bytes], until: float, measure: Measure) -> None:
        self._following = following
        self._until = until
        self._measure = measure
        self._received = b""
        self._sent = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not is_whole(self._received):
            return
        now = time.perf_counter()
        status = int(self._received[9:12])
        self._received = b""
        if status >= 300:
            self._measure.refused[status] = self._measure.refused.get(status, 0) + 1
        else:
            self._measure.waits_ms.append((now - self._sent) * 1000)
        if now < self._until:
            self._send()
        else:
            self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionResetError())

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._following())

    def _end(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None) if error is None else self.ended.set_exception(error)
            self._transport.close()


def is_whole(received: bytes) -> bool:
    """Tell whether a response of HTTP/1.1 is all there."""
    end = received.find(_HEAD_END)
    if end < 0:
        return False
    head = received[:end].lower()
    place = head.find(b"\ncontent-length:")
    if place < 0:
        return received.endswith(_LAST_CHUNK) if b"\ntransfer-encoding: chunked" in head else True
    length = int(head[place + 16 :].split(b"\r", 1)[0])
    return len(received) >= end + 4 + length
