from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeAlias

from passerelle.protocols.hl7v2.parsing import parse

_Reader: TypeAlias = Callable[[bytes], int]


def compare(messages: Sequence[bytes], rounds: int) -> dict[str, float | int]:
    """Measure our reading rate beside the `hl7` package: same bytes, decoded, parsed, everything read on both sides.

    Two readings: `fields` takes the text of every field, `leaves` visits every component and subcomponent. Times are
    of the processor, so that a busy machine does not count; medians over `rounds`, message by message, the sides
    taking turns. `_ratio` is of the total times (large documents weigh most), `_ratio_median` that of the typical
    message.
    """
    import hl7  # noqa: PLC0415 (a development dependency: the command line must start without it)

    texts = [parse(raw).text.replace("\r\n", "\r").replace("\n", "\r") for raw in messages]
    encoded = [text.encode() for text in texts]
    figures: dict[str, float | int] = {"messages": len(encoded), "bytes": sum(map(len, encoded)), "rounds": rounds}
    for name, ours, theirs in (("fields", _our_fields, _their_fields), ("leaves", _our_leaves, _their_leaves)):
        pairs = _timed(encoded, rounds, ours, partial(theirs, partial(hl7.parse, encoding="utf-8")))
        our_seconds, their_seconds = (sum(side) for side in zip(*pairs, strict=True))
        figures[f"{name}_ours_per_second"] = round(len(encoded) / our_seconds, 1)
        figures[f"{name}_hl7_per_second"] = round(len(encoded) / their_seconds, 1)
        figures[f"{name}_ratio"] = round(their_seconds / our_seconds, 1)
        figures[f"{name}_ratio_median"] = round(statistics.median(their / our for our, their in pairs), 1)
    return figures


def _timed(messages: Sequence[bytes], rounds: int, ours: _Reader, theirs: _Reader) -> list[tuple[float, float]]:
    """Return, for each message, the median seconds of our side and of theirs."""
    our_times: list[list[float]] = [[] for _ in messages]
    their_times: list[list[float]] = [[] for _ in messages]
    for _ in range(rounds):
        gc.collect()
        _run(messages, ours, our_times)
        _run(messages, theirs, their_times)
    medians = zip(map(statistics.median, our_times), map(statistics.median, their_times), strict=True)
    return list(medians)


def _run(messages: Sequence[bytes], read: _Reader, times: list[list[float]]) -> None:
    for raw, kept in zip(messages, times, strict=True):
        started = time.process_time()
        read(raw)
        kept.append(time.process_time() - started)


def _our_fields(raw: bytes) -> int:
    size = 0
    for segment in parse(raw).segments:
        for field in segment.fields:
            size += len(field)
    return size


def _their_fields(peer: Callable[[bytes], Iterable[Iterable[object]]], raw: bytes) -> int:
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


def _their_leaves(peer: Callable[[bytes], Iterable[Iterable[object]]], raw: bytes) -> int:
    return sum(_leaf_sizes(segment) for segment in peer(raw))


def _leaf_sizes(node: object) -> int:
    if isinstance(node, list):
        return sum(_leaf_sizes(one) for one in node)
    return len(str(node))
