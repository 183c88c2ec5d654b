"""An agenda of the university hospital, its patients, its desk and its doctor. All invented."""

import time
from datetime import date, datetime, timedelta
from datetime import time as hour
from itertools import count
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.test import Client

from passerelle.care.appointments.models import Agenda, AppointmentKind, Opening
from passerelle.care.appointments.rules.vocabulary import Via
from passerelle.care.appointments.services.booking import Wanted, book
from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import make_establishments
from passerelle.core.access import api as access
from passerelle.core.audit.api import Actor
from passerelle.core.parameters.api import load_parameters

PARIS = ZoneInfo("Europe/Paris")
#: A Monday, at eight in the morning.
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=PARIS)
TUESDAY = date(2026, 12, 1)
DESK = Actor(None, "Accueil d’essai", "admission_clerk", "aphm")
ZOE = Actor(None, "Zoé d’Allègre", "patient")
_numbers = count(1)


def at(day, hours, minutes=0):
    """Return a moment of Paris."""
    return datetime.combine(day, hour(hours, minutes), tzinfo=PARIS)


def lay_the_ground():
    make_establishments("aphm", "arles")
    load_parameters(at=NOW)


def a_kind(code="controle", **told):
    told = {
        "label": "Consultation de contrôle d’orthopédie",
        "public_label": "Consultation",
        "minutes": 30,
        "books_online": True,
        "books_from_town": True,
    } | told
    return AppointmentKind.objects.get_or_create(code=code, defaults=told)[0]


def an_agenda(name="Consultations A", establishment="aphm", *, seats=1, **told):
    told = {"site": f"{establishment}-site", "place": "Bâtiment B, 2e étage"} | told
    return Agenda.objects.create(establishment=establishment, name=name, seats=seats, created_at=NOW, **told)


def opens(agenda, weekday=1, starts=(9, 0), ends=(12, 0), **told):
    """Open an agenda on a weekday, Tuesdays by default."""
    told = {"step_minutes": 30, "capacity": agenda.seats, "valid_from": date(2026, 1, 1)} | told
    return Opening.objects.create(agenda=agenda, weekday=weekday, starts=hour(*starts), ends=hour(*ends), **told)


def an_open_agenda(**told):
    agenda = an_agenda(**told)
    opens(agenda)
    return agenda


def a_patient(establishment="aphm", *, name="D’ALLÈGRE", person_id=None, born=date(1979, 3, 28), phone="0612345678"):
    """Return the file of a new patient, and the person."""
    row = identity.BulkIdentity(
        id=uuid4(),
        person_id=person_id or uuid4(),
        establishment=establishment,
        ipp=f"8000{next(_numbers):05d}",
        authority_namespace=establishment.upper(),
        authority_oid=f"1.2.250.98.{next(_numbers)}",
        birth_name=name,
        given_names=("Zoé",),
        birth_date=born,
        sex="F",
        since=NOW - timedelta(days=900),
        birth_place="13055",
        status="VALI",
        phone=phone,
    )
    identity.bulk_load([row], source="essai")
    return row.id, row.person_id


def books(agenda, file, starts_at, *, via=Via.DESK, kind="controle", by=DESK, when=NOW, key=""):
    return book(
        wanted=Wanted(
            agenda_id=agenda.pk, kind=kind, starts_at=starts_at, local_identity_id=file, via=via, request_key=key
        ),
        by=by,
        at=when,
    )


class Someone:
    """An account, its browser and what it is."""

    def __init__(self, name, role, establishment=None, person_id=None):
        self.account = access.open_account(
            email=f"{uuid4()}@exemple.invalid", display_name=name, by=None, at=NOW, person_id=person_id
        )
        access.grant_role(
            account=self.account, role=role, establishment=establishment, starts_on=date(2020, 1, 1), by=None, at=NOW
        )
        self.client = Client()
        self.client.force_login(self.account)
        session = self.client.session
        session["passerelle_second_factor"] = str(self.account.pk)
        session["passerelle_proved_at"] = time.time()
        session.save()

    @property
    def viewer(self):
        return access.viewer_of(self.account, on=NOW.date(), second_factor=True)
