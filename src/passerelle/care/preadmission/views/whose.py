"""Who holds the pen of a pre-admission: the patient, who represents them, or the desk of its establishment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.consent import api as consent
from passerelle.care.preadmission.rules.vocabulary import OF_HEALTH, Step
from passerelle.care.preadmission.rules.vocabulary import State as FileState
from passerelle.care.preadmission.selectors.finding import by_id
from passerelle.care.preadmission.selectors.places import places_of
from passerelle.care.preadmission.selectors.rows import PreadmissionRow
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Relation, Role, State


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts on this pre-admission. `is_desk` is the staff, on the patient's behalf."""

    row: PreadmissionRow
    voice: consent.Voice
    name: str
    is_desk: bool
    is_minor: bool
    may_write: bool

    @property
    def is_own(self) -> bool:
        """Tell whether the answers are of the person themselves, by their hand or told to the desk."""
        return self.voice.door is not consent.Door.REPRESENTATIVE

    def may_read_answers(self, step: Step) -> bool:
        """Tell whether the answers of a step are shown: the desk never reads again what is of health."""
        return not (self.is_desk and step in OF_HEALTH)


def hand(request: AuthenticatedRequest, preadmission_id: UUID, act: Act, *, at: datetime) -> Hand:
    """Return who acts, once decided and traced.

    Raises:
        AccessRefused: there is no such pre-admission, or it is not for this viewer.
    """
    try:
        row = by_id(preadmission_id)
    except LookupError as absent:
        raise access.AccessRefused from absent
    found = consent.restrictions_of([row.person_id], at=at)[row.person_id]
    own = _own(request, row, act, at=at)
    relation = own.relation if own else _staff_relation(request, row, act)
    access.check(
        request.viewer,
        Kind.PREADMISSION,
        act,
        relation=relation,
        state=_state(row, found),
        target=f"preadmission:{row.id}",
        person_id=row.person_id,
        at=at,
    )
    voice = own.voice if own else consent.Voice(request.viewer.actor(Role.ADMISSION_CLERK), consent.Door.STAFF)
    return Hand(
        row,
        voice,
        consent.called(row.person_id),
        is_desk=own is None,
        is_minor=consent.is_young(row.person_id, at=at),
        may_write=_may_write(request, row, own, at),
    )


def _may_write(request: AuthenticatedRequest, row: PreadmissionRow, own: consent.Acting | None, at: datetime) -> bool:
    """Tell whether the links that change something are shown; each page decides again."""
    is_open = row.state is not FileState.OFF and row.starts_at > at
    relation = own.relation if own else _staff_relation(request, row, Act.UPDATE)
    may = access.allowed(request.viewer, Kind.PREADMISSION, Act.UPDATE, relation=relation)
    return is_open and may and (own is None or own.may_decide())


def _own(request: AuthenticatedRequest, row: PreadmissionRow, act: Act, *, at: datetime) -> consent.Acting | None:
    """Return the patient at work, None when the viewer comes as staff."""
    if not request.viewer.has(Role.PATIENT):
        return None
    who = (consent.acting if act is Act.READ else consent.deciding)(request, at=at)
    return who if who.person_id == row.person_id else None


def _staff_relation(request: AuthenticatedRequest, row: PreadmissionRow, act: Act) -> Relation:
    return Relation.ESTABLISHMENT if row.establishment in places_of(request.viewer, act) else Relation.NONE


def _state(row: PreadmissionRow, found: consent.Restrictions) -> State:
    if row.coming_id in found.secret_items:
        return State.MINOR_SECRET
    return State.PROTECTED if found.is_protected else State.NORMAL
