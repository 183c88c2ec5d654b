"""The MLLP door: frames in, acknowledgements out, one message at a time per connection."""

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol, cast

from passerelle.care.exchange.doors.tls import fingerprint_of
from passerelle.protocols import mllp

_log = logging.getLogger(__name__)
_SWEEP_S: Final = 1.0
_MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What senders may take of us: one by one, and `max_unfinished_bytes` for all the frames not yet ended.

    `frame_s` is the time a started frame has to end. `is_shared` when other processes listen on the same port: each
    connection goes to one of them.
    """

    max_message_bytes: int = 20 * 1024 * 1024
    frame_s: float = 30.0
    max_connections: int = 1000
    max_unfinished_bytes: int = 256 * 1024 * 1024
    is_shared: bool = False


class Intaking(Protocol):
    """What takes messages: the intake, or what stands before it."""

    @property
    def submit(self) -> "Callable[..., None]": ...


class PortTaken(Exception):
    """Le port est déjà pris par un autre programme."""


class Server:
    """One listening socket. Order on a connection is kept: the next frame is taken once the former is answered."""

    def __init__(self, intake: Intaking, limits: Limits = Limits()) -> None:
        self._intake = intake
        self._limits = limits
        self._conversations: set[_Conversation] = set()
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None

    async def open(self, host: str, port: int, *, tls: ssl.SSLContext | None = None) -> int:
        """Listen, and return the port: the given one, or a free one for 0.

        Raises:
            PortTaken: somebody listens there already.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                self._conversation, host, port, backlog=512, reuse_port=self._limits.is_shared or None, ssl=tls
            )
        except OSError as error:
            raise PortTaken from error
        self._sweeper = loop.create_task(self._sweep())
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop welcoming, let the messages in hand be answered, then hang up."""
        if self._server is None or self._sweeper is None:
            return
        self._server.close()
        self._sweeper.cancel()
        ended = [conversation.ended for conversation in self._conversations]
        for conversation in tuple(self._conversations):
            conversation.finish()
        await asyncio.gather(*ended)

    def _conversation(self) -> "_Conversation":
        return _Conversation(self._intake.submit, self._limits, self._conversations)

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(_SWEEP_S, self._limits.frame_s / 2))
            for conversation in tuple(self._conversations):
                if conversation.is_dragging(loop.time()):
                    conversation.hang_up("frame not ended in time")
            self._relieve()

    def _relieve(self) -> None:
        """Hang up the largest unfinished frames until all of them together fit in memory."""
        largest = sorted(self._conversations, key=lambda conversation: conversation.unfinished_bytes, reverse=True)
        total = sum(conversation.unfinished_bytes for conversation in largest)
        for conversation in largest:
            if total <= self._limits.max_unfinished_bytes:
                break
            total -= conversation.unfinished_bytes
            conversation.hang_up("too many bytes in unfinished frames")


class _Conversation(asyncio.Protocol):
    """One connection: one message in flight, the frames that came meanwhile in a queue, and then no more is read."""

    def __init__(self, submit: Callable[..., None], limits: Limits, conversations: "set[_Conversation]") -> None:
        self._submit = submit
        self._limits = limits
        self._conversations = conversations
        self._loop = asyncio.get_running_loop()
        self._deframer = mllp.Deframer(limits.max_message_bytes)
        self._frames: deque[bytes] = deque()
        self._frame_since: float | None = None
        self._faults = 0
        self._is_answering = False
        self._is_finishing = False
        self._is_choked = False
        self._is_reading_paused = False
        self.ended: asyncio.Future[None] = self._loop.create_future()

    @property
    def unfinished_bytes(self) -> int:
        return self._deframer.pending

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        host = transport.get_extra_info("peername") or ("?", 0)
        self._peer = f"{host[0]}:{host[1]}"
        if len(self._conversations) >= self._limits.max_connections:
            self._transport.abort()
            return
        session: Any = transport.get_extra_info("ssl_object")
        if session is not None:
            self._submit = partial(self._submit, certificate=fingerprint_of(session))
        self._conversations.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        _log.debug("connection %s ended (%s)", self._peer, type(exc).__name__)
        self._conversations.discard(self)
        self._frames.clear()
        if not self.ended.done():
            self.ended.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._take(data)
        self._go_on()

    def eof_received(self) -> bool:
        """Answer what came before the end, then hang up."""
        self._is_finishing = True
        return self._is_answering or bool(self._frames)

    def pause_writing(self) -> None:
        self._is_choked = True

    def resume_writing(self) -> None:
        self._is_choked = False
        self._go_on()

    def is_dragging(self, now: float) -> bool:
        return self._frame_since is not None and now - self._frame_since > self._limits.frame_s

    def hang_up(self, why: str) -> None:
        _log.warning("connection %s closed: %s", self._peer, why)
        self._transport.abort()

    def finish(self) -> None:
        """Answer the messages in hand, then hang up."""
        self._is_finishing = True
        self._go_on()

    def _take(self, chunk: bytes) -> None:
        payloads, fault = _unframed(self._deframer, chunk)
        if not self._deframer.pending:
            self._frame_since = None
        elif payloads or self._frame_since is None:
            self._frame_since = self._loop.time()
        self._frames += payloads
        if fault is not None and self._is_forgiven(fault):
            self._take(b"")

    def _go_on(self) -> None:
        """Submit the next frame unless one is in flight or its answers are not read; hang up when all is said."""
        if not (self._is_answering or self._is_choked):
            if self._frames:
                self._is_answering = True
                self._submit(self._frames.popleft(), self._peer, self._answer)
            elif self._is_finishing:
                self._transport.close()
                return
        self._read_on(is_wanted=not (self._frames or self._is_choked))

    def _read_on(self, *, is_wanted: bool) -> None:
        if is_wanted == self._is_reading_paused and not self._transport.is_closing():
            self._is_reading_paused = not is_wanted
            if is_wanted:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def _answer(self, acknowledgement: bytes | None) -> None:
        self._is_answering = False
        if self._transport.is_closing():
            return
        if acknowledgement is None:
            _log.warning("connection %s closed: its message is not stored, so not acknowledged", self._peer)
            self._frames.clear()
            self._transport.close()
            return
        if acknowledgement:
            self._transport.write(mllp.frame(acknowledgement))
        self._go_on()

    def _is_forgiven(self, fault: mllp.FrameFault) -> bool:
        """A stray byte is forgiven, what is lost of it is never acknowledged; a flood or a giant is not forgiven."""
        self._faults += 1
        _log.warning("connection %s: framing fault (%s)", self._peer, fault)
        if fault is mllp.FrameFault.OVERSIZE or self._faults > _MOST_FAULTS:
            self._is_finishing = True
            return False
        return True


def _unframed(deframer: mllp.Deframer, chunk: bytes) -> tuple[Sequence[bytes], mllp.FrameFault | None]:
    try:
        return deframer.feed(chunk), None
    except mllp.FrameError as error:
        return error.frames, error.fault
