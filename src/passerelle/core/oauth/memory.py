"""What this process remembers of a token, for less than a second: the lookup of one request serves the next ones."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT_SECONDS = 0.9
_MOST = 1_000


class ShortMemory(Generic[T]):
    """Values kept for a moment by their key; `clock` counts seconds."""

    def __init__(self, seconds: float = KEPT_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._held: dict[str, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def get(self, key: str, find: Callable[[], T]) -> T:
        """Return what is remembered of a key, else find it and remember it from before it was looked for."""
        now = self._clock()
        held = self._held.get(key)
        if held is not None and now - held[0] < self._seconds:
            return held[1]
        found = find()
        with self._lock:
            if len(self._held) >= _MOST:
                self._held.clear()
            self._held[key] = (now, found)
        return found

    def forget(self) -> None:
        with self._lock:
            self._held.clear()


_memories: list[ShortMemory[object]] = []


def short_memory() -> ShortMemory[object]:
    """Return a memory that `forget_tokens` empties."""
    made: ShortMemory[object] = ShortMemory()
    _memories.append(made)
    return made


def forget_tokens() -> None:
    """Forget every token at once in this process; the others follow in less than a second."""
    for memory in _memories:
        memory.forget()
