"""The MLLP door: frames in, acknowledgements out, one message at a time per connection."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from passerelle.care.exchange.listener.intake import Intake, NotStored
from passerelle.protocols import mllp

_log = logging.getLogger(__name__)
_CHUNK: Final = 256 * 1024
_SWEEP_S: Final = 1.0
_MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What senders may take of us: one by one, and `max_unfinished_bytes` for all the frames not yet ended.

    `frame_s` is the time a started frame has to end.
    """

    max_message_bytes: int = 20 * 1024 * 1024
    frame_s: float = 30.0
    max_connections: int = 1000
    max_unfinished_bytes: int = 256 * 1024 * 1024


class PortTaken(Exception):
    """Le port est déjà pris par un autre programme."""


class Server:
    """One listening socket. Order on a connection is kept: the next frame is read once the former is answered."""

    def __init__(self, intake: Intake, limits: Limits = Limits()) -> None:
        self._intake = intake
        self._limits = limits
        self._conversations: set[_Conversation] = set()
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None

    async def open(self, host: str, port: int) -> int:
        """Listen, and return the port: the given one, or a free one for 0.

        Raises:
            PortTaken: somebody listens there already.
        """
        try:
            self._server = await asyncio.start_server(self._welcome, host, port, limit=_CHUNK, backlog=512)
        except OSError as error:
            raise PortTaken from error
        self._sweeper = asyncio.get_running_loop().create_task(self._sweep())
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop welcoming, let the messages in hand be answered, then hang up."""
        if self._server is None or self._sweeper is None:
            return
        self._server.close()
        self._sweeper.cancel()
        for conversation in tuple(self._conversations):
            conversation.finish()
        await asyncio.gather(*(conversation.task for conversation in self._conversations), return_exceptions=True)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._conversations) >= self._limits.max_connections:
            writer.transport.abort()
            return
        conversation = _Conversation(reader, writer, self._intake.submit, self._limits, task)
        self._conversations.add(conversation)
        try:
            await conversation.hold()
        finally:
            self._conversations.discard(conversation)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

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


class _Conversation:
    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        submit: Callable[[bytes, str], asyncio.Future[bytes]],
        limits: Limits,
        task: asyncio.Task[None],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._submit = submit
        self._limits = limits
        self._deframer = mllp.Deframer(limits.max_message_bytes)
        self._frame_since: float | None = None
        self._faults = 0
        self._is_reading = False
        self._is_finishing = False
        self.task = task
        host = writer.get_extra_info("peername") or ("?", 0)
        self._peer = f"{host[0]}:{host[1]}"

    @property
    def unfinished_bytes(self) -> int:
        return self._deframer.pending

    async def hold(self) -> None:
        try:
            while not self._is_finishing and (chunk := await self._read()):
                await self._take(chunk)
        except NotStored:
            _log.warning("connection %s closed: its message is not stored, so not acknowledged", self._peer)
        except (OSError, asyncio.CancelledError):
            _log.debug("connection %s ended", self._peer)

    def is_dragging(self, now: float) -> bool:
        return self._frame_since is not None and now - self._frame_since > self._limits.frame_s

    def hang_up(self, why: str) -> None:
        _log.warning("connection %s closed: %s", self._peer, why)
        self._writer.transport.abort()

    def finish(self) -> None:
        self._is_finishing = True
        if self._is_reading:
            self.task.cancel()

    async def _read(self) -> bytes:
        self._is_reading = True
        try:
            return await self._reader.read(_CHUNK)
        finally:
            self._is_reading = False

    async def _take(self, chunk: bytes) -> None:
        payloads, fault = _unframed(self._deframer, chunk)
        if not self._deframer.pending:
            self._frame_since = None
        elif payloads or self._frame_since is None:
            self._frame_since = asyncio.get_running_loop().time()
        await self._answer_all(payloads)
        if fault is not None:
            self._count_fault(fault)
            await self._take(b"")

    async def _answer_all(self, payloads: Sequence[bytes]) -> None:
        for payload in payloads:
            acknowledgement = await self._submit(payload, self._peer)
            if acknowledgement:
                self._writer.write(mllp.frame(acknowledgement))
                await self._writer.drain()

    def _count_fault(self, fault: mllp.FrameFault) -> None:
        """A stray byte is forgiven, what is lost of it is never acknowledged; a flood or a giant is not forgiven."""
        self._faults += 1
        _log.warning("connection %s: framing fault (%s)", self._peer, fault)
        if fault is mllp.FrameFault.OVERSIZE or self._faults > _MOST_FAULTS:
            raise ConnectionAbortedError


def _unframed(deframer: mllp.Deframer, chunk: bytes) -> tuple[Sequence[bytes], mllp.FrameFault | None]:
    try:
        return deframer.feed(chunk), None
    except mllp.FrameError as error:
        return error.frames, error.fault
