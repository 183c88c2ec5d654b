"""What a trial of a message tells. The exchange, which is above, enrols what runs it and what finds a message."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.core.access.api import Viewer


class TrialImpossible(Exception):
    """Le contenu ne peut pas être essayé ; `where` est l’endroit, "" pour le tout."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} : {why}" if where else why)
        self.where = where
        self.why = why


@dataclass(frozen=True, slots=True)
class Trial:
    """A content to try: the code of its channel when the content cannot say it, and who is allowed to see the result.

    `is_allowed` is asked once with the establishment of the sender ("" when unknown), before anything is looked up.
    """

    content: bytes
    channel: str
    at: datetime
    is_allowed: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class TrialFinding:
    """A departure from the profile."""

    place: str
    text: str
    rule: str
    status_kind: str
    status_label: str


@dataclass(frozen=True, slots=True)
class TrialChange:
    """A field that the mapping changes."""

    place: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TrialEffect:
    """One thing that would come of the message."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class TrialRows:
    """How many rows of a table would be written."""

    label: str
    added: int
    changed: int
    removed: int


@dataclass(frozen=True, slots=True)
class TrialDestination:
    """A destination of the channel, and whether the message would be sent there."""

    code: str
    label: str
    status_kind: str
    status_label: str


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Step by step, what would become of a message. Nothing of it was kept.

    `refused_where` and `refused_why` say why it would be refused on arrival; `parked_where` and `parked_why` why the
    worker would leave it to a person.
    """

    channel: str
    establishment: str
    event: str
    facts: tuple[tuple[str, str], ...]
    form: str
    findings: tuple[TrialFinding, ...]
    changes: tuple[TrialChange, ...]
    keys: tuple[str, ...]
    is_accepted: bool
    refused_where: str
    refused_why: str
    seen_before: str
    parked_where: str
    parked_why: str
    effects: tuple[TrialEffect, ...]
    rows: tuple[TrialRows, ...]
    destinations: tuple[TrialDestination, ...]
    acknowledgement: str
    ack_code: str


Runner = Callable[[Trial], TrialResult]
Finder = Callable[[Viewer, UUID], tuple[str, bytes] | None]


@dataclass(slots=True)
class _Enrolled:
    run: Runner | None = None
    find: Finder | None = None


_enrolled = _Enrolled()


def register_trials(*, run: Runner, find: Finder) -> None:
    """Enrol what tries a message, and what finds a stored one: its establishment and bytes, None when not visible."""
    _enrolled.run, _enrolled.find = run, find


def run_trial(trial: Trial) -> TrialResult:
    """Try a message.

    Raises:
        TrialImpossible: it cannot be read at all, or nothing is there to try it.
    """
    if _enrolled.run is None:
        raise TrialImpossible("", "aucun moteur d’échange n’est en service")  # noqa: EM101 - a place and a reason
    return _enrolled.run(trial)


def stored_message(viewer: Viewer, message_id: UUID) -> tuple[str, bytes] | None:
    """Return the establishment and bytes of a stored message that the viewer may see; None otherwise."""
    return _enrolled.find(viewer, message_id) if _enrolled.find else None
