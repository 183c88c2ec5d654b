"""One referral, as the service and the doctor see it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.liaison.models import Referral
from passerelle.care.liaison.rules.referrals import FOLLOWING, ReferralState, Urgency
from passerelle.care.liaison.selectors.naming import PatientBanner, banner, place_names
from passerelle.care.liaison.selectors.status import kind_of
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import AccessRefused, Act, Kind, Relation, Role, Viewer
from passerelle.protocols.fhir import api as fhir


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of a referral; `status_kind` and the label tell its state."""

    at: datetime
    status_kind: str
    label: str
    by_name: str
    note: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A document joined to a referral; `is_readable` when this viewer may open it by the record."""

    id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """A referral: what is asked, of whom, where it stands, what may follow."""

    id: UUID
    banner: PatientBanner
    service: str
    place: str
    urgency: Urgency
    state: ReferralState
    status_kind: str
    reason: str
    question: str
    asked_by: str
    asked_at: datetime
    appointment_at: datetime | None
    appointment_place: str
    answer_id: UUID | None
    documents: tuple[Joined, ...]
    steps: tuple[StepRow, ...]
    following: tuple[ReferralState, ...]

    @property
    def is_urgent(self) -> bool:
        return self.urgency is not Urgency.ROUTINE


def referral_at_hospital(viewer: Viewer, referral_id: UUID, *, at: datetime) -> ReferralPage:
    """Return a referral for a clinician of the establishment it was sent to; traced.

    Raises:
        AccessRefused: another establishment's, or no such referral.
    """
    referral = Referral.objects.filter(pk=referral_id).first()
    if referral is None:
        raise AccessRefused
    is_theirs = referral.establishment in viewer.establishments_as(Role.CLINICIAN)
    _check(viewer, referral, Relation.AUTHOR if is_theirs else Relation.NONE, at)
    return _page(referral, at, following=FOLLOWING[ReferralState(referral.state)] - {ReferralState.CANCELLED})


def referral_of_doctor(viewer: Viewer, referral_id: UUID, *, at: datetime) -> ReferralPage:
    """Return a referral for the doctor who asked it, while the patient chooses them; traced.

    Raises:
        AccessRefused: another doctor's, or no such referral.
    """
    referral = Referral.objects.filter(pk=referral_id).first()
    if referral is None or viewer.account_id != referral.asked_by_account:
        raise AccessRefused
    _check(viewer, referral, record.relation_to(viewer, identity.person_of(referral.local_identity_id), at=at), at)
    return _page(referral, at, following=FOLLOWING[ReferralState(referral.state)] & {ReferralState.CANCELLED})


def _check(viewer: Viewer, referral: Referral, relation: Relation, at: datetime) -> None:
    access.check(
        viewer,
        Kind.REQUEST,
        Act.READ,
        relation=relation,
        target=f"referral:{referral.pk}",
        person_id=identity.person_of(referral.local_identity_id),
        at=at,
    )


def _page(referral: Referral, at: datetime, *, following: frozenset[ReferralState]) -> ReferralPage:
    state = ReferralState(referral.state)
    return ReferralPage(
        id=referral.pk,
        banner=banner(identity.person_of(referral.local_identity_id), on=timezone.localdate(at)),
        service=referral.service_label,
        place=place_names().get(referral.establishment, referral.establishment),
        urgency=Urgency(referral.urgency),
        state=state,
        status_kind=kind_of(state),
        reason=referral.reason,
        question=referral.question,
        asked_by=referral.asked_by,
        asked_at=referral.asked_at,
        appointment_at=referral.appointment_at,
        appointment_place=referral.appointment_place,
        answer_id=referral.answer_document_id if state is ReferralState.ANSWERED else None,
        documents=tuple(_joined(referral)),
        steps=tuple(
            StepRow(one.at, kind_of(ReferralState(one.state)), ReferralState(one.state).label, one.by_name, one.note)
            for one in referral.steps.order_by("at", "pk")
        ),
        following=tuple(sorted(following, key=list(ReferralState).index)),
    )


def _joined(referral: Referral) -> list[Joined]:
    found = []
    for id_ in referral.document_ids:
        held = record.read("DocumentReference", id_)
        if held is not None and not held.deleted:
            resource = fhir.loads(held.body)
            found.append(Joined(id_, str(resource.get("description") or "Document joint")))
    return found
