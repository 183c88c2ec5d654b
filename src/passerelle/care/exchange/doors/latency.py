"""How long acknowledgements take: counted in memory, written every few seconds by a thread, never on the way in."""

import threading
from bisect import bisect_left
from typing import Final

import psycopg
from django.db import Error, connection

BOUNDS_MS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_UPPERS: Final = (*BOUNDS_MS, 0)  # 0: beyond the last
_WRITE_EVERY_S: Final = 5.0
_ADD: Final = """
    INSERT INTO exchange_acklatency AS old (door, upper_ms, count, seconds)
    SELECT * FROM unnest(%s::text[], %s::int[], %s::bigint[], %s::float8[])
    ON CONFLICT (door, upper_ms)
    DO UPDATE SET count = old.count + excluded.count, seconds = old.seconds + excluded.seconds
"""


class Histogram:
    """What one door counted since it was last written; only the event loop adds to it."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * len(_UPPERS)
        self.seconds = [0.0] * len(_UPPERS)

    def add(self, seconds: float) -> None:
        """Count one acknowledgement."""
        rank = bisect_left(BOUNDS_MS, seconds * 1000)
        self.counts[rank] += 1
        self.seconds[rank] += seconds


class Latencies:
    """The histograms of a process, by door, and the thread that adds them to those of all processes.

    What a process counted in its last seconds is lost if it is killed: these are figures, not messages.
    """

    def __init__(self, *, every_s: float = _WRITE_EVERY_S) -> None:
        self._held: dict[str, Histogram] = {}
        self._written: dict[str, Histogram] = {}
        self._every_s = every_s
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="latencies", daemon=True)

    def add(self, door: str, seconds: float) -> None:
        """Count one acknowledgement of a door."""
        held = self._held.get(door)
        if held is None:
            held = self._held[door] = Histogram()
        held.add(seconds)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end; called from another thread than the loop's."""
        self._is_over.set()
        self._thread.join(timeout=10)

    def write(self) -> None:
        """Add what was counted since the last time; what the database does not take is kept for the next.

        The counts only grow and are compared with those written before, so that the loop is never made to wait.
        """
        news = [
            (door, upper, count - before_count, seconds - before_seconds)
            for door, held in list(self._held.items())
            for upper, count, seconds, before_count, before_seconds in self._compared(door, held)
            if count > before_count
        ]
        if news:
            with connection.cursor() as cursor:
                cursor.execute(_ADD, [list(column) for column in zip(*sorted(news), strict=True)])
            self._note(news)

    def _compared(self, door: str, held: Histogram) -> list[tuple[int, int, float, int, float]]:
        before = self._written.get(door) or Histogram()
        return list(zip(_UPPERS, held.counts, held.seconds, before.counts, before.seconds, strict=True))

    def _note(self, news: list[tuple[str, int, int, float]]) -> None:
        for door, upper, count, seconds in news:
            written = self._written.setdefault(door, Histogram())
            rank = _UPPERS.index(upper)
            written.counts[rank] += count
            written.seconds[rank] += seconds

    def _work(self) -> None:
        is_over = False
        while not is_over:
            is_over = self._is_over.wait(self._every_s)
            try:
                self.write()
            except (Error, psycopg.Error):
                pass  # said by whoever stores messages; these counts wait for the next turn
            finally:
                connection.close()
