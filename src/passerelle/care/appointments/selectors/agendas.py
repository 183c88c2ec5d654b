"""Agendas and kinds: what is declared."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from passerelle.care.appointments.models import Agenda, AppointmentKind, Closure, ExtraOpening, Instruction, Opening
from passerelle.care.appointments.rules.openings import PARIS, Exceptional, Hours, Period, Rules, Weekly
from passerelle.care.appointments.selectors.rows import AgendaRow, Instructions, KindRow


class NoSuchAgenda(LookupError):
    """Cet agenda n’existe pas."""


def agendas(establishments: Collection[str], *, is_active: bool | None = None) -> list[AgendaRow]:
    """Return the agendas of these establishments, by establishment then name; the active ones only when asked."""
    rows = Agenda.objects.filter(establishment__in=list(establishments))
    if is_active is not None:
        rows = rows.filter(is_active=is_active)
    return [agenda_row(row) for row in rows.order_by("establishment", "name", "id")]


def agenda(agenda_id: UUID) -> AgendaRow:
    """Return one agenda.

    Raises:
        NoSuchAgenda: there is none.
    """
    row = Agenda.objects.filter(pk=agenda_id).first()
    if row is None:
        raise NoSuchAgenda
    return agenda_row(row)


def agenda_row(row: Agenda) -> AgendaRow:
    """Return the row of a stored agenda."""
    return AgendaRow(
        id=row.pk,
        establishment=row.establishment,
        site=row.site,
        unit=row.unit,
        name=row.name,
        practitioner=row.practitioner,
        rpps=row.rpps,
        place=row.place,
        seats=row.seats,
        is_active=row.is_active,
    )


def kinds(*, codes: Iterable[str] | None = None) -> list[KindRow]:
    """Return the kinds that are given, by their label."""
    rows = AppointmentKind.objects.filter(is_active=True)
    if codes is not None:
        rows = rows.filter(code__in=list(codes))
    return [kind_row(row) for row in rows.order_by("label", "code")]


def kind_row(row: AppointmentKind) -> KindRow:
    """Return the row of a stored kind."""
    return KindRow(
        code=row.code,
        label=row.label,
        public_label=row.public_label,
        minutes=row.minutes,
        books_online=row.books_online,
        books_at_desk=row.books_at_desk,
        books_from_town=row.books_from_town,
        books_by_invitation=row.books_by_invitation,
    )


def rules_of(agenda_ids: Collection[UUID], *, start: datetime, end: datetime) -> dict[UUID, Rules]:
    """Return all that is declared of these agendas between two moments, in six queries whatever their number."""
    ids = list(agenda_ids)
    held = Agenda.objects.in_bulk(ids)
    weekly: dict[UUID, list[Weekly]] = {id_: [] for id_ in held}
    for row in Opening.objects.filter(agenda_id__in=ids).prefetch_related("kinds").order_by("id"):
        weekly[row.agenda_id].append(Weekly(row.weekday, _hours(row), row.valid_from, row.valid_until))
    extras: dict[UUID, list[Exceptional]] = {id_: [] for id_ in held}
    first, last = start.astimezone(PARIS).date(), end.astimezone(PARIS).date() + timedelta(days=1)
    days = ExtraOpening.objects.filter(agenda_id__in=ids, day__gte=first, day__lte=last)
    for extra in days.prefetch_related("kinds").order_by("id"):
        extras[extra.agenda_id].append(Exceptional(extra.day, _hours(extra)))
    closed = _closures(held.values(), start, end)
    return {
        id_: Rules(row.seats, tuple(weekly[id_]), tuple(extras[id_]), tuple(closed[id_])) for id_, row in held.items()
    }


def _hours(row: Opening | ExtraOpening) -> Hours:
    codes = frozenset(one.code for one in row.kinds.all())
    return Hours(row.starts, row.ends, row.step_minutes, row.capacity, codes)


def _closures(held: Collection[Agenda], start: datetime, end: datetime) -> dict[UUID, list[Period]]:
    places = {row.establishment for row in held}
    rows = Closure.objects.over(start - timedelta(days=1), end + timedelta(days=1)).filter(
        Q(agenda_id__in=[row.pk for row in held]) | Q(agenda=None, establishment__in=places)
    )
    found: dict[UUID, list[Period]] = {row.pk: [] for row in held}
    for closure in rows.order_by("id"):
        for row in held:
            if closure.agenda_id == row.pk or (
                closure.agenda_id is None and closure.establishment == row.establishment
            ):
                found[row.pk].append(Period(closure.starts_at, closure.ends_at))
    return found


def instructions_for(kind: str, site: str) -> Instructions:
    """Return what to do for a kind at a site; each part from the most exact row that tells it, in one query."""
    told = Instruction.objects.filter(Q(kind=kind or None) | Q(kind=None), site__in=[site, ""])
    rows = sorted(told, key=lambda row: (row.kind_id is None, row.site == "", row.pk))
    site_first = sorted(rows, key=lambda row: (row.site == "", row.kind_id is None))

    def first(name: str, among: list[Instruction]) -> str:
        return next((text for row in among if (text := str(getattr(row, name)).strip())), "")

    caller = next((row for row in rows if row.call.strip() or row.phone.strip()), None)
    return Instructions(
        bring=tuple(line.strip() for line in first("bring", rows).splitlines() if line.strip()),
        fasting=first("fasting", rows),
        treatments=first("treatments", rows),
        come=first("come", site_first),
        call=caller.call if caller else "",
        phone=caller.phone if caller else "",
    )
