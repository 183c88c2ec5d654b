"""Agendas that live: who is expected these days, the cast among them, and a waiting list. All invented."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zlib import crc32
from zoneinfo import ZoneInfo

import yaml

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import Via
from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.identity.models import LocalIdentity
from passerelle.core.access import api as access
from passerelle.core.audit.api import Actor
from passerelle.core.directory import api as directory

_FILE: Final = Path(__file__).with_name("appointments.yaml")
_PARIS: Final = ZoneInfo("Europe/Paris")
_DESK: Final = Actor(None, "Accueil (fictif)", "admission_clerk", "aphm")
_PLACE: Final = "aphm"
_PEOPLE: Final = 90
_DAYS_BACK, _DAYS_ON = 6, 9
_REFUSED: Final = (
    appointments.SlotTaken,
    appointments.NotBookable,
    appointments.NotExpected,
    appointments.NotToday,
    appointments.AlreadyWaiting,
)


def fill_agendas(*, today: date, at: datetime) -> int:
    """Declare kinds, advice and agendas, and book for invented patients; return how many. Planted once."""
    if appointments.agendas({_PLACE}):
        return 0
    told = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    _declare(told, today, at)
    people = _people()
    made = [row for day in _days(today) for row in _fill(day, people, at)]
    _cast(at)
    _wait(made, at)
    appointments.publish_slots(at=at)
    return len(made)


def _declare(told: dict[str, Any], today: date, at: datetime) -> None:
    for one in told["kinds"]:
        sheet = appointments.KindRow(
            code=one["code"],
            label=one["label"],
            public_label=one["public_label"],
            minutes=one["minutes"],
            books_online=one.get("online", False),
            books_at_desk=True,
            books_from_town=one.get("town", False),
            books_by_invitation=one.get("invitation", False),
        )
        appointments.define_kind(sheet=sheet, siu_codes=tuple(one["siu"]))
    for one in told["advice"]:
        parts = {name: text for name, text in one.items() if name not in {"kind", "site"}}
        appointments.advise(kind=one["kind"], site=one["site"], advice=appointments.Advice(**parts))
    for one in told["agendas"]:
        _agenda(one, today, at)


def _agenda(one: dict[str, Any], today: date, at: datetime) -> None:
    if directory.establishment(one["establishment"]) is None:
        return
    sites = [row.code for row in directory.sites(one["establishment"])]
    site = one["site"] if one["site"] in sites else next(iter(sites), one["establishment"])
    sheet = appointments.AgendaSheet(
        name=one["name"], site=site, practitioner=one["practitioner"], place=one["place"], seats=one["seats"]
    )
    made = appointments.define_agenda(establishment=one["establishment"], sheet=sheet, by=_DESK, at=at)
    for starts, ends in one["hours"]:
        hours = appointments.OpeningSheet(
            time.fromisoformat(starts), time.fromisoformat(ends), one["step"], one["seats"], tuple(one["kinds"])
        )
        appointments.open_weekly(
            agenda_id=made,
            weekdays=one["days"],
            sheet=hours,
            valid_from=today - timedelta(days=60),
            valid_until=None,
            by=_DESK,
            at=at,
        )


def _people() -> list[UUID]:
    """Return files of living patients of the place, always the same ones."""
    rows = LocalIdentity.objects.filter(establishment_id=_PLACE, status="QUAL", deceased_at=None, superseded_by=None)
    return list(rows.order_by("id").values_list("id", flat=True)[:_PEOPLE])


def _days(today: date) -> Iterator[date]:
    for offset in range(-_DAYS_BACK, _DAYS_ON):
        yield today + timedelta(days=offset)


def _fill(day: date, people: Sequence[UUID], at: datetime) -> Iterator[appointments.AppointmentRow]:
    """Book about half of the places of a day, fewer as it is further, and note what became of those of the past."""
    start = datetime.combine(day, time(), tzinfo=_PARIS)
    booked_at = min(at, start) - timedelta(days=12)
    for kind, every in (("controle", 2), ("anesthesie", 3), ("prise-de-sang", 6), ("scanner", 3)):
        found = appointments.free_slots(establishment=_PLACE, kind=kind, start=start, end=start + timedelta(days=1))
        for rank, slot in enumerate(found[:: every + (day > at.date())]):
            number = crc32(f"{day}/{kind}/{rank}".encode()) % max(len(people), 1)
            if not people:
                return
            wanted = appointments.Wanted(slot.agenda_id, kind, slot.starts_at, people[number], Via.DESK)
            with suppress(*_REFUSED):
                row = appointments.book(wanted=wanted, by=_DESK, at=booked_at)
                _become(row, rank, at)
                yield row


def _become(row: appointments.AppointmentRow, rank: int, at: datetime) -> None:
    """Note what became of an appointment that is over: one in nine did not come."""
    if row.ends_at > at:
        if rank % 3 == 0 and row.starts_at > at:
            appointments.confirm(appointment_id=row.id, by=_DESK, via=Via.DESK, at=at)
        return
    if rank % 9 == 8:
        appointments.miss(appointment_id=row.id, by=_DESK, via=Via.DESK, at=row.ends_at)
        return
    appointments.arrive(appointment_id=row.id, by=_DESK, via=Via.DESK, at=row.starts_at - timedelta(minutes=5))
    appointments.complete(appointment_id=row.id, by=_DESK, via=Via.DESK, at=row.ends_at)


def _cast(at: datetime) -> None:
    """Give the patients of the cast what they come for: soon for one, with a place to bring forward for another."""
    for code, kind, days in (
        ("patient", "anesthesie", 4),
        ("patient", "controle", 16),
        ("parent", "prise-de-sang", 6),
        ("jeune", "controle", 5),
    ):
        account = access.persona_account(code)
        person_id = account.person_id if account else None
        if person_id is not None:
            with suppress(*_REFUSED):
                _book_for(person_id, kind, at + timedelta(days=days), at)


def _book_for(person_id: UUID, kind: str, around: datetime, at: datetime) -> None:
    known = {one.establishment: one.id for one in identity.local_identities(person_id) if one.superseded_by is None}
    place = _PLACE if _PLACE in known else next((code for code in known if appointments.agendas({code})), "")
    if not place:
        return
    found = appointments.free_slots(establishment=place, kind=kind, start=around, end=around + timedelta(days=14))
    if found:
        slot = found[min(3, len(found) - 1)]
        wanted = appointments.Wanted(slot.agenda_id, kind, slot.starts_at, known[place], Via.PATIENT)
        by = Actor(None, f"{consent.called(person_id)} (fictif)", "patient")
        appointments.book(wanted=wanted, by=by, at=at - timedelta(days=2))


def _wait(made: Sequence[appointments.AppointmentRow], at: datetime) -> None:
    """Let some wait for an earlier place."""
    later = [row for row in made if row.kind_code == "scanner" and row.starts_at > at + timedelta(days=3)]
    for rank, row in enumerate(later[-4:]):
        with suppress(*_REFUSED):
            appointments.bring_forward(appointment_id=row.id, by=_DESK, at=at - timedelta(hours=30 - rank))
