"""What appointments give to others and to pages: frozen rows, never models."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.appointments.rules.vocabulary import EXPECTED, State, Via
from passerelle.core.ui.api import french


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """One appointment. `label` tells no disease and may leave the house, `team_label` may not.

    `person_id` is the person of today (identities merge), None when nobody bears the file any more. `phone` and
    `email` are those the hospital knows, "" without. `establishment` and `site` are codes. `ends_at` is excluded.
    """

    id: UUID
    number: str
    establishment: str
    establishment_name: str
    site: str
    site_name: str
    city: str
    agenda_id: UUID | None
    agenda_name: str
    practitioner: str
    place: str
    kind_code: str
    label: str
    team_label: str
    starts_at: datetime
    ends_at: datetime
    state: State
    via: Via
    is_external: bool
    local_identity_id: UUID
    person_id: UUID | None
    person_name: str
    phone: str
    email: str
    version: int
    seat: int = 1
    note: str = ""

    @property
    def is_expected(self) -> bool:
        return self.state in EXPECTED

    @property
    def day_in_words(self) -> str:
        """Return « jeudi 26 novembre 2026 »."""
        return day_in_words(self.starts_at)

    @property
    def moment_in_words(self) -> str:
        """Return « jeudi 26 novembre 2026 à 9 h 15 »."""
        return f"{self.day_in_words} à {french.hour(self.starts_at)}"

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def day_in_words(at: datetime) -> str:
    """Return « jeudi 26 novembre 2026 », in Paris time."""
    return f"{_DAYS[french.local(at).weekday()]} {french.day(at)}"


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A free slot of an agenda, with the seats left."""

    agenda_id: UUID
    agenda_name: str
    establishment: str
    site: str
    starts_at: datetime
    ends_at: datetime
    free: int
    practitioner: str = ""

    @property
    def moment_in_words(self) -> str:
        return f"{day_in_words(self.starts_at)} à {french.hour(self.starts_at)}"


@dataclass(frozen=True, slots=True)
class Instructions:
    """What to do for an appointment; each part is "" or empty when nothing is said of it."""

    bring: tuple[str, ...] = ()
    fasting: str = ""
    treatments: str = ""
    come: str = ""
    call: str = ""
    phone: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.bring or self.fasting or self.treatments or self.come or self.call or self.phone)


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of appointment."""

    code: str
    label: str
    public_label: str
    minutes: int
    books_online: bool
    books_at_desk: bool
    books_from_town: bool
    books_by_invitation: bool


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """An agenda."""

    id: UUID
    establishment: str
    site: str
    unit: str
    name: str
    practitioner: str
    rpps: str
    place: str
    seats: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A line of the history of an appointment."""

    at: datetime
    what_label: str
    via_label: str
    by_name: str
    from_starts_at: datetime | None
    to_starts_at: datetime | None
    reason: str
