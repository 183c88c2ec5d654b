"""The identity in sight, and the thresholds in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from passerelle.care.devices.models import Monitoring, Threshold
from passerelle.care.devices.rules.catalogue import catalogue
from passerelle.care.devices.rules.wording import limit_text
from passerelle.care.devices.rules.words import Severity
from passerelle.care.devices.selectors.limits import limit_of
from passerelle.care.identity import api as identity
from passerelle.core.access.api import AccessRefused
from passerelle.core.ui.api import french


@dataclass(frozen=True, slots=True)
class Banner:
    """The identity in sight on every page about one person."""

    person_id: UUID
    name: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """A threshold in words, with who set it and until when."""

    id: int
    text: str
    severity: Severity
    since: datetime
    until: datetime | None
    by_name: str
    ended_by: str
    reason: str

    @property
    def is_current(self) -> bool:
        return self.until is None


def banner(person_id: UUID, *, on: date) -> Banner:
    """Return the banner of a person.

    Raises:
        AccessRefused: there is no such person.
    """
    try:
        traits = identity.traits(person_id)
    except LookupError as unknown:
        raise AccessRefused from unknown
    born = {"F": "Née", "M": "Né"}.get(traits.sex, "Né(e)")
    facts = (
        f"{born} le {french.day(traits.birth_date)} ({french.age(traits.birth_date, on)})" if traits.birth_date else "",
        f"INS\u00a0: {traits.ins_display}" if traits.ins_display else "INS absent",
        f"Téléphone\u00a0: {french.phone(traits.phone)}" if traits.phone else "",
    )
    return Banner(person_id, traits.display_name, tuple(one for one in facts if one))


def thresholds_of(monitorings: Iterable[Monitoring]) -> list[ThresholdRow]:
    """Return every threshold there was, those of a quantity together, newest first."""
    rows = Threshold.objects.filter(monitoring__in=list(monitorings)).order_by("quantity", "rule", "-since", "-pk")
    return [_row(one) for one in rows]


def _row(one: Threshold) -> ThresholdRow:
    text = limit_text(limit_of(one), catalogue().quantities[one.quantity])
    return ThresholdRow(
        one.pk, text, Severity(one.severity), one.since, one.until, one.by_name, one.ended_by, one.reason
    )
