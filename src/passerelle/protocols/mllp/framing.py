from __future__ import annotations

from enum import Enum, StrEnum

START = b"\x0b"
END = b"\x1c\r"
DEFAULT_MAX_BYTES = 20 * 1024 * 1024

_RESTART = START + b"MSH"
_BETWEEN_FRAMES = b"\r\n"


class FrameFault(StrEnum):
    """What a stream of bytes did wrong."""

    GARBAGE = "garbage"
    OVERSIZE = "oversize"
    MISSING_END = "missing_end"


class FrameError(ValueError):
    """A fault of framing, and in `frames` the good frames that came before it in the same bytes."""

    def __init__(self, fault: FrameFault, frames: tuple[bytes, ...] = ()) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.frames = frames


class _Place(Enum):
    BETWEEN = 1
    INSIDE = 2
    AFTER_GARBAGE = 3
    AFTER_OVERSIZE = 4


def frame(payload: bytes) -> bytes:
    """Wrap a message for the wire."""
    return START + payload + END


class Deframer:
    """Cuts a stream of bytes in messages; the frames do not depend on how the stream was split in chunks."""

    def __init__(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        self._searched = 0
        self._place = _Place.BETWEEN
        self._rescued: bytes | None = None

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take some bytes and return the messages they complete.

        Raises:
            FrameError: once per fault. The stream stays usable: what follows the fault in the same bytes comes with
                the next call, which may be `feed(b"")`.
        """
        if self._is_whole(chunk):
            return [chunk[1:-2]]
        self._buffer += chunk
        frames: list[bytes] = []
        while (found := self._next()) is not None:
            if isinstance(found, FrameFault):
                raise FrameError(found, tuple(frames))
            frames.append(found)
        return frames

    def finish(self) -> None:
        """Say that the stream is over.

        Raises:
            FrameError: a frame had begun and its end never came.
        """
        if self._place is _Place.INSIDE:
            raise FrameError(FrameFault.MISSING_END)

    @property
    def pending(self) -> int:
        """Count the bytes kept of a frame still open."""
        return len(self._buffer)

    def _is_whole(self, chunk: bytes) -> bool:
        """Tell whether these bytes are one sound frame and nothing else, as nearly always."""
        return (
            self._place is _Place.BETWEEN
            and not self._buffer
            and self._rescued is None
            and chunk[:1] == START
            and 0 < chunk.find(END) == len(chunk) - 2
            and chunk.find(_RESTART, 1) < 0
            and len(chunk) <= self._max_bytes
        )

    def _next(self) -> bytes | FrameFault | None:
        if self._rescued is not None:
            rescued, self._rescued = self._rescued, None
            return rescued
        if self._place is _Place.AFTER_GARBAGE:
            self._drop_garbage()
        elif self._place is _Place.AFTER_OVERSIZE:
            self._drop_oversize()
        if self._place is _Place.BETWEEN and (fault := self._open()):
            return fault
        return self._close() if self._place is _Place.INSIDE else None

    def _open(self) -> FrameFault | None:
        blanks = len(self._buffer) - len(self._buffer.lstrip(_BETWEEN_FRAMES))
        del self._buffer[:blanks]
        if not self._buffer:
            return None
        if not self._buffer.startswith(START):
            self._place = _Place.AFTER_GARBAGE
            return FrameFault.GARBAGE
        del self._buffer[:1]
        self._searched = 0
        self._place = _Place.INSIDE
        return None

    def _close(self) -> bytes | FrameFault | None:
        end = self._buffer.find(END, self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - 1)
            if len(self._buffer) <= self._max_bytes + 1:
                return None
            self._place = _Place.AFTER_OVERSIZE
            return FrameFault.OVERSIZE
        payload = bytes(self._buffer[:end])
        del self._buffer[: end + len(END)]
        self._place = _Place.BETWEEN
        if len(payload) > self._max_bytes:
            return FrameFault.OVERSIZE
        restart = payload.rfind(_RESTART)
        if restart < 0:
            return payload
        self._rescued = payload[restart + 1 :]
        return FrameFault.MISSING_END

    def _drop_garbage(self) -> None:
        start = self._buffer.find(START)
        if start < 0:
            self._buffer.clear()
            return
        del self._buffer[:start]
        self._place = _Place.BETWEEN

    def _drop_oversize(self) -> None:
        end = self._buffer.find(END)
        if end < 0:
            del self._buffer[: -1 if self._buffer.endswith(END[:1]) else None]
            return
        del self._buffer[: end + len(END)]
        self._place = _Place.BETWEEN
