"""What other packages ask of pre-admissions: the next step of a person, the file of a coming."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.preadmission.models import Preadmission
from passerelle.care.preadmission.rules.plans import plan
from passerelle.care.preadmission.rules.vocabulary import State
from passerelle.care.preadmission.selectors.finding import of_coming
from passerelle.care.preadmission.selectors.places import places_of
from passerelle.care.preadmission.selectors.rows import PreadmissionRow
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.core.ui.api import french


@dataclass(frozen=True, slots=True)
class NextStep:
    """What awaits a person: words, the page (`url_name`, `url_args`), and the moment of the coming (`at`)."""

    title: str
    text: str
    url_name: str
    url_args: tuple[object, ...]
    at: datetime
    coming_id: UUID
    done: int
    total: int


def next_step(viewer: Viewer, person_id: UUID, *, at: datetime) -> NextStep | None:
    """Return what a person has to prepare for their next coming, None when nothing is.

    Two queries; what a minor keeps secret is asked, and left out, for another viewer only.
    """
    mine = [one.id for one in identity.local_identities(person_id)]
    found = Preadmission.objects.of(mine).filter(state=State.OPEN.value, starts_at__gt=at)
    if viewer.person_id != person_id:
        found = found.exclude(coming_id__in=consent.secret_items(person_id, at=at))
    done = Count("entries", filter=Q(entries__is_done=True))
    row = found.annotate(done=done).order_by("starts_at", "id").first()
    if row is None:
        return None
    total = len(plan(row.plan).steps)
    return NextStep(
        title=f"Préparer votre venue du {french.day(row.starts_at)}",
        text=_said(row.done, total),
        url_name="preadmission:overview",
        url_args=(row.pk,),
        at=row.starts_at,
        coming_id=row.coming_id,
        done=row.done,
        total=total,
    )


def _said(done: int, total: int) -> str:
    if not done:
        return f"{total} étapes courtes, à votre rythme"
    return f"{done} étapes sur {total} sont faites" if done > 1 else f"1 étape sur {total} est faite"


def file_of(viewer: Viewer, coming_id: UUID, *, at: datetime) -> PreadmissionRow | None:
    """Return the pre-admission of an appointment or planned stay that this viewer may read, None without one.

    No trace is left: the page that shows it leaves its own.
    """
    row = of_coming(coming_id)
    if row is None:
        return None
    relation = record.relation_to(viewer, row.person_id, at=at)
    if relation not in {Relation.SELF, Relation.REPRESENTATIVE} and row.establishment in places_of(viewer, Act.READ):
        relation = Relation.ESTABLISHMENT
    found = consent.restrictions_of([row.person_id], at=at)[row.person_id]
    state = access.State.NORMAL
    if coming_id in found.secret_items:
        state = access.State.MINOR_SECRET
    elif found.is_protected:
        state = access.State.PROTECTED
    allowed = access.allowed(viewer, Kind.PREADMISSION, Act.READ, relation=relation, state=state)
    return row if allowed else None
