"""What a town doctor sees: her patients, what awaits her, one patient, her referrals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.liaison.models import Correspondent, Referral
from passerelle.care.liaison.rules.authorship import is_told_by
from passerelle.care.liaison.rules.referrals import OPEN
from passerelle.care.liaison.selectors.delays import counted_since
from passerelle.care.liaison.selectors.doctors import my_patients
from passerelle.care.liaison.selectors.naming import PatientBanner, banner
from passerelle.care.liaison.selectors.readings import openings
from passerelle.care.liaison.selectors.worklist import ReferralRow, referral_rows
from passerelle.care.record import api as record
from passerelle.core.access.api import AccessRefused, Role, Viewer
from passerelle.protocols.fhir import api as fhir

_FINISHED = "finished"
_NAMED = 4
_PLANNED = frozenset({"planned", "arrived"})


@dataclass(slots=True)
class PatientLine:
    """A patient of mine: what is new, what goes on, what is planned."""

    person_id: UUID
    name: str
    unread: list[record.DocumentRow] = field(default_factory=list)
    present: list[record.StayRow] = field(default_factory=list)
    left: list[record.StayRow] = field(default_factory=list)
    planned: list[record.StayRow] = field(default_factory=list)
    appointments: list[record.AppointmentRow] = field(default_factory=list)
    results: int = 0

    @property
    def more_unread(self) -> int:
        """How many are unread beyond those the line names."""
        return max(0, len(self.unread) - _NAMED)

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Unread first, then who is in hospital, then who has just left."""
        return (-len(self.unread), -len(self.present), -len(self.left), self.name)

    @property
    def is_quiet(self) -> bool:
        return not (self.unread or self.present or self.left or self.planned or self.appointments or self.results)


@dataclass(frozen=True, slots=True)
class MyPatients:
    """The list of a town doctor."""

    lines: Sequence[PatientLine]
    unread: int
    present: int
    moving: int


def patients_of(viewer: Viewer, *, at: datetime) -> MyPatients:
    """Return those who chose this doctor, with what is new since a month; unread first.

    Raises:
        AccessRefused: not a town doctor.
    """
    if not viewer.has(Role.TOWN_DOCTOR) or viewer.account_id is None:
        raise AccessRefused
    persons = my_patients(viewer, at=at)
    news = record.news_of(viewer, persons, since=counted_since(at), at=at)
    names = {row.person_id: row.traits.display_name for row in identity.people(persons)}
    documents = [row.id for one in news.values() for row in one.documents]
    read = openings((document, viewer.account_id) for document in documents)
    opened = {document for document, _ in read}
    lines = [_line(person, names.get(person, "Identité inconnue"), news[person], opened) for person in persons]
    lines.sort(key=lambda line: line.rank)
    moving = Referral.objects.filter(asked_by_account=viewer.account_id, state__in=[one.value for one in OPEN]).count()
    return MyPatients(lines, sum(len(one.unread) for one in lines), sum(len(one.present) for one in lines), moving)


def _line(person_id: UUID, name: str, news: record.News, opened: set[UUID]) -> PatientLine:
    return PatientLine(
        person_id=person_id,
        name=name,
        unread=[row for row in news.documents if row.id not in opened],
        present=[row for row in news.stays if row.status not in _PLANNED and row.status != _FINISHED],
        left=[row for row in news.stays if row.status == _FINISHED],
        planned=[row for row in news.stays if row.status in _PLANNED],
        appointments=[row for row in news.appointments if not row.is_off],
        results=news.results,
    )


@dataclass(frozen=True, slots=True)
class PatientPage:
    """One patient as their town doctor sees them."""

    banner: PatientBanner
    unread: list[record.DocumentRow]
    documents: list[record.DocumentRow]
    stays: list[record.StayRow]
    appointments: list[record.AppointmentRow]
    results: list[record.ObservationRow]
    known: list[record.Knowledge]
    referrals: list[ReferralRow]
    own: frozenset[UUID]


def patient_page(viewer: Viewer, person_id: UUID, *, at: datetime) -> PatientPage:
    """Return the page of one patient.

    Raises:
        AccessRefused: the patient did not choose this doctor.
    """
    account_id = the_doctor(viewer, person_id, at=at)
    whole = record.timeline(viewer, person_id, at=at)
    documents = [row for stay in whole.stays for row in stay.documents] + list(whole.documents)
    documents = [row for row in documents if row.status == "current"]
    documents.sort(key=lambda row: row.created_at.timestamp() if row.created_at else 0.0, reverse=True)
    results = [row for stay in whole.stays for row in stay.observations] + list(whole.observations)
    results.sort(key=lambda row: row.observed_at.timestamp() if row.observed_at else 0.0, reverse=True)
    since = counted_since(at)
    recent = [row for row in documents if row.created_at and row.created_at >= since]
    opened = {document for document, _ in openings((row.id, account_id) for row in recent)}
    known = known_of(viewer, person_id, at=at)
    files = [one.id for one in identity.local_identities(person_id)]
    referrals = Referral.objects.filter(local_identity_id__in=files, asked_by_account=account_id).order_by("-asked_at")
    return PatientPage(
        banner=banner(person_id, on=timezone.localdate(at)),
        unread=[row for row in recent if row.id not in opened],
        documents=documents[:10],
        stays=list(whole.stays)[:8],
        appointments=[row for row in whole.appointments if row.end and row.end > at and not row.is_off],
        results=results[:10],
        known=known,
        referrals=referral_rows(referrals[:10]),
        own=own_among(viewer, known),
    )


def known_of(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[record.Knowledge]:
    """Return allergies, antecedents and treatments, whoever told them."""
    return [read(viewer, person_id, at=at) for read in (record.allergies, record.conditions, record.medications)]


def own_among(viewer: Viewer, known: Sequence[record.Knowledge]) -> frozenset[UUID]:
    """Return the facts that this doctor declared, which she may amend."""
    facts = [fact for one in known for fact in (*one.current, *one.past)]
    held = {fact.id: record.read(fact.type, fact.id) for fact in facts if fact.author == viewer.name}
    return frozenset(
        id_ for id_, one in held.items() if one is not None and is_told_by(fhir.loads(one.body), viewer.account_id)
    )


def the_doctor(viewer: Viewer, person_id: UUID, *, at: datetime) -> UUID:
    """Return the account of a town doctor whom this person chose.

    Raises:
        AccessRefused: they did not, or this is no town doctor.
    """
    if viewer.account_id is None or not viewer.has(Role.TOWN_DOCTOR) or person_id not in my_patients(viewer, at=at):
        raise AccessRefused
    return viewer.account_id


def my_referrals(viewer: Viewer) -> tuple[list[ReferralRow], list[ReferralRow]]:
    """Return the referrals of this doctor: those that move, the newest change first; then those that are over."""
    if viewer.account_id is None:
        return [], []
    asked = Referral.objects.filter(asked_by_account=viewer.account_id).order_by("-changed_at", "pk")
    rows = referral_rows(asked[:200])
    return [row for row in rows if row.state in OPEN], [row for row in rows if row.state not in OPEN]


def correspondence_of(viewer: Viewer) -> Correspondent | None:
    """Return how this doctor is reached, None when she never said."""
    return Correspondent.objects.filter(account_id=viewer.account_id).first() if viewer.account_id else None
