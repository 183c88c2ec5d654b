"""The town doctor a person chose, and how they are reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.consent import api as consent
from passerelle.care.liaison.models import Correspondent
from passerelle.core.access.api import Viewer

_READING_LEVELS = frozenset({consent.Level.ALL, consent.Level.ALL_MASKED})


@dataclass(frozen=True, slots=True)
class Doctor:
    """A treating doctor: their account here, None without one, and their secure mailbox, "" when it is not known."""

    account_id: UUID | None
    name: str
    rpps: str = ""
    mailbox: str = ""


def treating_doctor(person_id: UUID, *, at: datetime) -> Doctor | None:
    """Return the main doctor the person has chosen and lets read, None without one, or when they are refused."""
    members = [one for one in consent.chosen_professionals(person_id, at=at) if one.is_main_doctor]
    chosen = next((one for one in members if one.level in _READING_LEVELS), None)
    if chosen is None:
        return None
    decided = consent.restrictions_of([person_id], at=at)[person_id]
    if decided.opposes(consent.Whom(rpps=chosen.rpps, account_id=chosen.account_id)):
        return None
    return Doctor(
        chosen.account_id, chosen.label, chosen.rpps, mailboxes([chosen.account_id]).get(chosen.account_id, "")
    )


def is_secret(person_id: UUID, *items: UUID | None, at: datetime) -> bool:
    """Tell whether one of these stays and documents is kept secret at the request of a minor."""
    secret = consent.secret_items(person_id, at=at)
    return any(item in secret for item in items)


def mailboxes(account_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Return the secure mailbox of each account that told one."""
    known = [one for one in account_ids if one is not None]
    rows = Correspondent.objects.filter(account_id__in=known).exclude(mailbox="")
    return dict(rows.values_list("account_id", "mailbox"))


def doctor_at(mailbox: str) -> Correspondent | None:
    """Return whose mailbox it is, None when nobody told it."""
    return Correspondent.objects.filter(mailbox=mailbox.strip().lower()).exclude(mailbox="").first()


def is_chosen(account_id: UUID, person_id: UUID, *, at: datetime) -> bool:
    """Tell whether the person has chosen this doctor, at whatever level."""
    return any(one.account_id == account_id for one in consent.chosen_professionals(person_id, at=at))


def my_patients(viewer: Viewer, *, at: datetime) -> list[UUID]:
    """Return the persons who chose this doctor, the latest choice first."""
    return consent.patients_who_chose(viewer, at=at)
