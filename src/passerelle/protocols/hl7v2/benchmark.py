from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from passerelle.protocols.hl7v2.parsing import parse

_Reader: TypeAlias = Callable[[bytes], int]
_Parser: TypeAlias = Callable[[bytes], Iterable[Iterable[object]]]
_PASSES = 5


class Seconds(NamedTuple):
    """What each side takes to read some messages once."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return round(self.theirs / self.ours, 1)


def compare(messages: Sequence[bytes], rounds: int) -> dict[str, float | int]:
    """Measure our reading rate beside the `hl7` package: same bytes, decoded, parsed, everything read on both sides.

    Two readings: `fields` takes the text of every field, `leaves` visits every component and subcomponent.
    """
    figures: dict[str, float | int] = {"messages": len(messages), "bytes": sum(map(len, messages)), "rounds": rounds}
    for name, measure in (("fields", read_fields), ("leaves", read_leaves)):
        seconds = measure(messages, rounds)
        figures[f"{name}_ours_per_second"] = round(len(messages) / seconds.ours, 1)
        figures[f"{name}_hl7_per_second"] = round(len(messages) / seconds.theirs, 1)
        figures[f"{name}_ratio"] = seconds.ratio
    return figures


def read_fields(messages: Sequence[bytes], rounds: int) -> Seconds:
    """Time the reading of every field of every segment.

    The sides take turns; in its turn a side reads all the messages five times over, as a receiver does that never
    stops. Times are of the processor, so that a busy machine does not count, and medians over `rounds`.
    """
    return _timed(_fair(messages), rounds, _our_fields, partial(_their_fields, _peer()))


def read_leaves(messages: Sequence[bytes], rounds: int) -> Seconds:
    """Time the reading of every component and subcomponent, as `read_fields` does."""
    return _timed(_fair(messages), rounds, _our_leaves, partial(_their_leaves, _peer()))


def _peer() -> _Parser:
    import hl7  # noqa: PLC0415 (a development dependency: the command line must start without it)

    return partial(hl7.parse, encoding="utf-8")


def _fair(messages: Sequence[bytes]) -> list[bytes]:
    """Return the messages as the peer understands them: in UTF-8, segments ended by CR."""
    return [parse(raw).text.replace("\r\n", "\r").replace("\n", "\r").encode() for raw in messages]


def _timed(messages: Sequence[bytes], rounds: int, ours: _Reader, theirs: _Reader) -> Seconds:
    """Return the median seconds that each side takes to read all the messages once."""
    our_times: list[float] = []
    their_times: list[float] = []
    for _ in range(rounds):
        our_times.append(_seconds(messages, ours))
        their_times.append(_seconds(messages, theirs))
    return Seconds(statistics.median(our_times), statistics.median(their_times))


def _seconds(messages: Sequence[bytes], read: _Reader) -> float:
    gc.collect()
    started = time.process_time()
    for _ in range(_PASSES):
        for raw in messages:
            read(raw)
    return (time.process_time() - started) / _PASSES


def _our_fields(raw: bytes) -> int:
    size = 0
    for segment in parse(raw).segments:
        for field in segment.fields:
            size += len(field)
    return size


def _their_fields(peer: _Parser, raw: bytes) -> int:
    size = 0
    for segment in peer(raw):
        for field in segment:
            size += len(str(field))
    return size


def _our_leaves(raw: bytes) -> int:
    size = 0
    for segment in parse(raw).segments:
        for values in segment.tree():
            size += sum(len(leaf) for one in values for component in one for leaf in component)
    return size


def _their_leaves(peer: _Parser, raw: bytes) -> int:
    return sum(_leaf_sizes(segment) for segment in peer(raw))


def _leaf_sizes(node: object) -> int:
    if isinstance(node, list):
        return sum(_leaf_sizes(one) for one in node)
    return len(str(node))
