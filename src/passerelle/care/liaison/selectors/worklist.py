"""What awaits the clinicians of an establishment: letters to write, sendings without answer, referrals, mails."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from passerelle.care.liaison.models import Discharge, Dispatch, Letter, Mail, MailState, Referral
from passerelle.care.liaison.rules import clock
from passerelle.care.liaison.rules.clock import Delays, Standing
from passerelle.care.liaison.rules.referrals import OPEN, ReferralState, Urgency
from passerelle.care.liaison.rules.ways import Addressee, Way
from passerelle.care.liaison.selectors.delays import counted_since, delays
from passerelle.care.liaison.selectors.naming import names_of, place_names
from passerelle.care.liaison.selectors.status import kind_of
from passerelle.core.access import api as access
from passerelle.core.access.api import AccessRefused, Act, Kind, Relation, Role, Viewer

_ORDER = [Standing.NEXT_DAY, Standing.SAME_DAY, Standing.DUE]


@dataclass(frozen=True, slots=True)
class ToWrite:
    """A letter that a stay awaits."""

    stay_id: UUID
    person_id: UUID
    name: str
    unit: str
    place: str
    left_at: datetime
    attending: str
    standing: Standing
    draft_by: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A document that its doctor has not received or read in time, and the stay whose letter it is, when it is one."""

    stay_id: UUID | None
    document_id: UUID
    person_id: UUID
    name: str
    unit: str
    doctor: str
    sent_at: datetime
    status_kind: str
    status_label: str
    failure: str


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral as a list shows it."""

    id: UUID
    person_id: UUID
    name: str
    service: str
    place: str
    urgency: Urgency
    state: ReferralState
    asked_by: str
    asked_at: datetime
    changed_at: datetime
    appointment_at: datetime | None

    @property
    def status_kind(self) -> str:
        return kind_of(self.state)

    @property
    def is_urgent(self) -> bool:
        return self.urgency is not Urgency.ROUTINE


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail as a list shows it: nothing of its content."""

    id: UUID
    sender: str
    came_at: datetime
    place: str
    reason: str
    state: MailState


def places_of(viewer: Viewer, *, at: datetime) -> list[str]:
    """Return where the viewer cares for patients, and leave the trace of a reading of the worklist.

    Raises:
        AccessRefused: not a clinician of any establishment.
    """
    places = sorted(viewer.establishments_as(Role.CLINICIAN))
    if not places:
        raise AccessRefused
    target = f"liaison:{','.join(places)}"
    access.check(viewer, Kind.PATIENT, Act.SEARCH, relation=Relation.ESTABLISHMENT, target=target, at=at)
    return places


def letters_to_write(places: Iterable[str], *, at: datetime, unit: str = "") -> list[ToWrite]:
    """Return the stays whose letter has not left, the latest first; `unit` keeps one unit."""
    limits = delays(timezone.localdate(at))
    rows = Discharge.objects.filter(
        establishment__in=list(places), answered_at=None, cancelled_at=None, left_at__gte=counted_since(at)
    )
    if unit:
        rows = rows.filter(unit_label=unit)
    found = list(rows.order_by("left_at", "pk"))
    names = names_of([one.local_identity_id for one in found])
    drafts = dict(Letter.objects.filter(discharge__in=found, signed_at=None).values_list("discharge_id", "drafted_by"))
    short = place_names()
    listed = [
        _to_write(one, names, drafts.get(one.pk, ""), short, limits, at)
        for one in found
        if one.local_identity_id in names
    ]
    return sorted(listed, key=lambda one: (_ORDER.index(one.standing), one.left_at))


def _to_write(
    one: Discharge,
    names: dict[UUID, tuple[UUID, str]],
    draft_by: str,
    short: dict[str, str],
    limits: Delays,
    at: datetime,
) -> ToWrite:
    person_id, name = names[one.local_identity_id]
    return ToWrite(
        stay_id=one.pk,
        person_id=person_id,
        name=name,
        unit=one.unit_label or "Unité non précisée",
        place=short.get(one.establishment, one.establishment),
        left_at=one.left_at,
        attending=one.attending,
        standing=clock.standing(one.left_at, None, at=at, delays=limits),
        draft_by=draft_by,
    )


def count_late(places: Iterable[str], *, standing: Standing, at: datetime) -> int:
    """Return how many letters of these establishments stand so: a count, without a name."""
    limits = delays(timezone.localdate(at))
    rows = Discharge.objects.filter(
        establishment__in=list(places), answered_at=None, cancelled_at=None, left_at__gte=counted_since(at)
    ).values_list("left_at", flat=True)
    return sum(clock.standing(left_at, None, at=at, delays=limits) is standing for left_at in rows)


def units_awaiting(places: Iterable[str], *, at: datetime) -> list[str]:
    """Return the units that have a letter to write, for the filter."""
    rows = Discharge.objects.filter(
        establishment__in=list(places), answered_at=None, cancelled_at=None, left_at__gte=counted_since(at)
    )
    return sorted(set(rows.exclude(unit_label="").values_list("unit_label", flat=True)))


def unanswered(places: Iterable[str], *, at: datetime) -> list[Unanswered]:
    """Return the documents sent to a doctor that were refused, or not received or read in time; the oldest first."""
    limits = delays(timezone.localdate(at))
    rows = Dispatch.objects.filter(
        establishment__in=list(places), addressee=Addressee.DOCTOR, sent_at__gte=counted_since(at)
    ).order_by("sent_at", "pk")
    by_document: dict[UUID, list[Dispatch]] = {}
    for row in rows:
        by_document.setdefault(row.document_id, []).append(row)
    late = {id_: sent for id_, sent in by_document.items() if what_is_late(sent, at=at, limits=limits)}
    names = names_of([sent[0].local_identity_id for sent in late.values()])
    letters = dict(Letter.objects.filter(document_id__in=list(late)).values_list("document_id", "discharge_id"))
    return [
        _unanswered(sent, names[sent[0].local_identity_id], letters.get(id_), at, limits)
        for id_, sent in late.items()
        if sent[0].local_identity_id in names
    ]


def what_is_late(sent: list[Dispatch], *, at: datetime, limits: Delays) -> str:
    """Return what is wrong with the sendings of one document to its doctor, "" when nothing is."""
    if any(one.read_at or one.way in {Way.HAND, Way.PAPER, Way.PHONE} for one in sent):
        return ""
    first = sent[0].sent_at
    received = next((one.received_at for one in sent if one.received_at), None)
    if clock.is_not_received(first, received, at=at, delays=limits):
        return "Pas reçu"
    if clock.is_not_read(first, None, at=at, delays=limits):
        return "Pas lu"
    return "Refusé par la messagerie" if all(one.failed_at for one in sent) else ""


def _unanswered(
    sent: list[Dispatch], named: tuple[UUID, str], stay_id: UUID | None, at: datetime, limits: Delays
) -> Unanswered:
    first = sent[0]
    label = what_is_late(sent, at=at, limits=limits)
    return Unanswered(
        stay_id=stay_id,
        document_id=first.document_id,
        person_id=named[0],
        name=named[1],
        unit=first.unit_label,
        doctor=first.label,
        sent_at=first.sent_at,
        status_kind="attention" if label == "Pas lu" else "danger",
        status_label=label,
        failure=next((one.failure for one in sent if one.failure), ""),
    )


def referrals_at(places: Iterable[str], *, is_open: bool = True) -> list[ReferralRow]:
    """Return the referrals sent to these establishments: those that await first by urgency, then by age."""
    states = [one.value for one in ReferralState if (one in OPEN) is is_open]
    rows = Referral.objects.filter(establishment__in=list(places), state__in=states).order_by("-asked_at", "pk")[:200]
    return sorted(referral_rows(rows), key=_soonest if is_open else _latest)


def _soonest(row: ReferralRow) -> tuple[bool, int, datetime]:
    urgencies = [Urgency.ASAP, Urgency.URGENT, Urgency.ROUTINE]
    return (row.state is not ReferralState.SENT, urgencies.index(row.urgency), row.asked_at)


def _latest(row: ReferralRow) -> float:
    return -row.changed_at.timestamp()


def referral_rows(rows: Iterable[Referral]) -> list[ReferralRow]:
    """Return referrals as rows, with the names of their patients."""
    found = list(rows)
    names, short = names_of([one.local_identity_id for one in found]), place_names()
    return [
        ReferralRow(
            id=one.pk,
            person_id=names[one.local_identity_id][0],
            name=names[one.local_identity_id][1],
            service=one.service_label,
            place=short.get(one.establishment, one.establishment),
            urgency=Urgency(one.urgency),
            state=ReferralState(one.state),
            asked_by=one.asked_by,
            asked_at=one.asked_at,
            changed_at=one.changed_at,
            appointment_at=one.appointment_at,
        )
        for one in found
        if one.local_identity_id in names
    ]


def mails_at(places: Iterable[str], *, is_waiting: bool = True) -> list[MailRow]:
    """Return the mails that wait for a person, the oldest first; or those settled, the newest first."""
    rows = Mail.objects.filter(establishment__in=list(places)).defer("raw")
    if is_waiting:
        rows = rows.filter(state=MailState.WAITING).order_by("came_at", "pk")
    else:
        rows = rows.exclude(state=MailState.WAITING).order_by("-came_at", "pk")
    short = place_names()
    return [
        MailRow(
            one.pk,
            one.sender or "Expéditeur illisible",
            one.came_at,
            short.get(one.establishment, one.establishment),
            one.reason,
            MailState(one.state),
        )
        for one in rows[:200]
    ]
