"""What else than messages is taken again by the same runs: packages above enrol in `AppConfig.ready()`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from passerelle.core.audit import api as audit

KEY: Final = "source"
Criteria = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReplaySource:
    """How a run counts and takes what is not a message.

    Attributes:
        last: the last rank there is now; what comes later is not concerned.
        count: how many the criteria concern, up to a rank.
        next_ranks: criteria, after, last, limit: ranks in their order, and how far was looked, `last` at the end.
        replay: takes these ranks again, in the transaction of the slice; returns how many still could be.
    """

    last: Callable[[], int]
    count: Callable[[Criteria, int], int]
    next_ranks: Callable[[Criteria, int, int, int], tuple[list[int], int]]
    replay: Callable[[list[int], audit.Actor, datetime, str], int]


_sources: dict[str, ReplaySource] = {}


def register_replay_source(source: ReplaySource, *, name: str) -> None:
    """Let runs whose criteria say `source: name` go by this source; the same name again replaces the former one."""
    _sources[name] = source


def source_of(criteria: Criteria) -> ReplaySource | None:
    """Return where the criteria look; None for the messages of the exchange."""
    return _sources[criteria[KEY]] if KEY in criteria else None
