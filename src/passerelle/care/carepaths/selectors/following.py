"""What a patient follows, day by day: for them, for their team, for the home page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from passerelle.care.carepaths.library import of_version
from passerelle.care.carepaths.models import Following, FollowingState, TaskSaid
from passerelle.care.carepaths.rules.course import Placed, Standing, Tally, occurrences, placed, tally
from passerelle.care.carepaths.rules.protocol import How, Protocol, Who
from passerelle.care.carepaths.selectors.said import said_of
from passerelle.care.identity import api as identity
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french


@dataclass(frozen=True, slots=True)
class Followed:
    """A following with every task where it stands today."""

    id: UUID
    local_identity_id: UUID
    establishment: str
    establishment_name: str
    protocol: Protocol
    anchor: date
    state: FollowingState
    started_at: datetime
    started_by: str
    reason: str
    tasks: tuple[Placed, ...]

    @property
    def is_active(self) -> bool:
        return self.state is FollowingState.ACTIVE

    @property
    def tally(self) -> Tally:
        return tally(self.tasks)

    def to_do(self, who: Who | None = None) -> list[Placed]:
        """Return what is to be done now, by the first day that ends."""
        now = [one for one in self.tasks if one.standing is Standing.OPEN and _is_of(one, who)]
        return sorted(now, key=lambda one: one.occurrence.closes)

    def missed(self, who: Who | None = None) -> list[Placed]:
        """Return what was not done in its time and is not said."""
        return [one for one in self.tasks if one.standing is Standing.MISSED and _is_of(one, who)]

    @property
    def team_to_do(self) -> list[Placed]:
        """Return what the team has to do now."""
        return self.to_do(Who.TEAM)

    @property
    def patient_to_do(self) -> list[Placed]:
        """Return what the patient has to do now."""
        return self.to_do(Who.PATIENT)

    def coming(self, who: Who | None = None, *, most: int = 3) -> list[Placed]:
        """Return what comes next."""
        return [one for one in self.tasks if one.standing is Standing.COMING and _is_of(one, who)][:most]


@dataclass(frozen=True, slots=True)
class Remark:
    """What was said of a task, by whom, for the page of the team."""

    outcome: str
    on: date
    note: str
    said_by: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page of a team: the task, where it stands, what was said of it."""

    one: Placed
    remark: Remark | None

    @property
    def task(self) -> str:
        return self.one.occurrence.task.code

    @property
    def number(self) -> int:
        return self.one.occurrence.number

    @property
    def may_be_done(self) -> bool:
        return self.one.standing is not Standing.COMING


@dataclass(frozen=True, slots=True)
class Todo:
    """One task of today as the home page of the patient tells it."""

    title: str
    text: str
    following_id: UUID
    last_day: date


def _is_of(one: Placed, who: Who | None) -> bool:
    return who is None or one.occurrence.task.who is who


def followed_by(local_identity_ids: Iterable[UUID], *, at: datetime, active_only: bool = False) -> list[Followed]:
    """Return what these files follow, in two queries; what is in progress first."""
    rows = Following.objects.filter(local_identity_id__in=list(local_identity_ids)).select_related("protocol")
    if active_only:
        rows = rows.filter(state=FollowingState.ACTIVE)
    found = _whole(list(rows.order_by("-started_at", "id")), at)
    return sorted(found, key=lambda one: not one.is_active)


def following(following_id: UUID, *, at: datetime) -> Followed:
    """Return one following; the access decision comes before.

    Raises:
        LookupError: there is none.
    """
    row = Following.objects.filter(pk=following_id).select_related("protocol").first()
    if row is None:
        raise LookupError(f"no following {following_id}")
    return _whole([row], at)[0]


def at_establishments(codes: Iterable[str], *, at: datetime, most: int = 200) -> list[Followed]:
    """Return what is in progress in these establishments, in two queries; the most late tasks of the team first."""
    rows = Following.objects.filter(establishment__in=list(codes), state=FollowingState.ACTIVE)
    found = _whole(list(rows.select_related("protocol").order_by("-anchor", "id")[:most]), at)
    return sorted(found, key=lambda one: (-len(one.missed()), -len(one.to_do(Who.TEAM)), one.anchor))


def lines(found: Followed) -> list[Line]:
    """Return each task of a following with what was said of it, by day."""
    rows = TaskSaid.objects.filter(following=found.id)
    told = {(row.task, row.number): Remark(row.outcome, row.on, row.note, row.said_by, row.said_at) for row in rows}
    return [Line(one, told.get(one.occurrence.key)) for one in found.tasks]


def todo(person_id: UUID, *, at: datetime) -> list[Todo]:
    """Return what a patient has to do now in their protocols, by the first day that ends; three queries.

    The access decision comes before: this is for the page of the person, or of who represents them.
    """
    files = [ref.id for ref in identity.local_identities(person_id)]
    found = [
        Todo(one.occurrence.task.title, one.occurrence.task.text, followed.id, one.occurrence.last_day)
        for followed in followed_by(files, at=at, active_only=True)
        for one in followed.to_do(Who.PATIENT)
    ]
    return sorted(found, key=lambda one: one.last_day)


def by_questionnaire(found: Followed, url: str) -> Placed | None:
    """Return the task of today that a questionnaire answers."""
    return next((one for one in found.to_do() if one.occurrence.task.questionnaire == url), None)


def awaiting_measures(*, at: datetime) -> list[Followed]:
    """Return every following in progress of which a measure would do a task now."""
    rows = Following.objects.filter(state=FollowingState.ACTIVE).select_related("protocol").order_by("id")
    found = _whole(list(rows), at)
    return [one for one in found if any(task.occurrence.task.how is How.MEASURE for task in one.to_do())]


def _whole(rows: Sequence[Following], at: datetime) -> list[Followed]:
    said = said_of([row.id for row in rows])
    today = french.local(at).date()
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)} if rows else {}
    return [
        Followed(
            id=row.id,
            local_identity_id=row.local_identity_id,
            establishment=row.establishment,
            establishment_name=names.get(row.establishment, row.establishment),
            protocol=(protocol := of_version(row.protocol)),
            anchor=row.anchor,
            state=FollowingState(row.state),
            started_at=row.started_at,
            started_by=row.started_by,
            reason=row.reason,
            tasks=tuple(placed(occurrences(protocol, row.anchor), said[row.id], today)),
        )
        for row in rows
    ]
