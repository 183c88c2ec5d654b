"""What hangs on local identities, told by the package above that keeps it: the desk never reads a record itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Held:
    """How many things of one kind a local identity holds, and between which moments."""

    kind: str
    label: str
    count: int
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def text(self) -> str:
        """Return « 2 documents », « 1 document »; what has no plural of its own keeps its word."""
        words = self.label if self.count > 1 else self.label.removesuffix("s")
        return f"{self.count} {words}" if self.label != "rendez-vous" else f"{self.count} {self.label}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came under a local identity: where it is kept, and the message that brought it ("" for none)."""

    kind_label: str
    id: UUID
    local_identity_id: UUID
    stored_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class HoldingsSource:
    """`counts` gives what each local identity holds; `arrivals` what came under them since a moment, newest first."""

    counts: Callable[[Sequence[UUID]], Mapping[UUID, Sequence[Held]]]
    arrivals: Callable[[Sequence[UUID], datetime, int], Sequence[Arrival]]


@dataclass(slots=True)
class _Register:
    sources: dict[str, HoldingsSource] = field(default_factory=dict)


_register = _Register()


def register_holdings(name: str, source: HoldingsSource) -> None:
    """Let the desk know what a package keeps of local identities; the same name again replaces it."""
    _register.sources[name] = source


def held_by(local_identity_ids: Sequence[UUID]) -> dict[UUID, list[Held]]:
    """Return what each local identity holds, whoever keeps it."""
    found: dict[UUID, list[Held]] = {id_: [] for id_ in local_identity_ids}
    for source in _register.sources.values():
        for id_, held in source.counts(local_identity_ids).items():
            found[id_] += held
    return found


def arrived_since(local_identity_ids: Sequence[UUID], since: datetime, *, limit: int = 200) -> list[Arrival]:
    """Return what came under these local identities since a moment, newest first."""
    found = [
        arrival
        for source in _register.sources.values()
        for arrival in source.arrivals(local_identity_ids, since, limit)
    ]
    return sorted(found, key=lambda one: (one.stored_at, one.id), reverse=True)[:limit]
