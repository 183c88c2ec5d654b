"""Who the tests speak of: a ward that follows, its patients, and their devices. All invented."""

import json
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from passerelle.care.devices.services.fleet import pair, register_device
from passerelle.care.devices.services.monitoring import Prescription, begin_monitoring
from passerelle.care.devices.services.taking import Arrival
from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import make_establishments
from passerelle.care.record.tests import pages
from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.parameters.api import load_parameters

_numbers = count(1)
NOW = timezone.now().replace(microsecond=0)
PRESSURE = {"8480-6": 128, "8462-4": 78, "8867-4": 66}
UNITS = {
    "8480-6": "mm[Hg]",
    "8462-4": "mm[Hg]",
    "8867-4": "/min",
    "29463-7": "kg",
    "41653-7": "g/L",
    "59408-5": "%",
    "8310-5": "Cel",
    "41950-7": "{steps}/d",
}


def lay_the_ground():
    make_establishments("aphm", "arles", "salon")
    load_parameters(at=NOW)


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
        session.save()

    @property
    def viewer(self):
        return access.viewer_of(self.account, on=timezone.localdate(), second_factor=True)


def alice(establishment="aphm"):
    return Someone("Dr Alice Garrigue", Role.CLINICIAN, establishment)


def bob():
    return Someone("Dr Bob Restanque", Role.CLINICIAN, "salon")


def patient(person_id, name="Zoé d’Allègre"):
    return Someone(name, Role.PATIENT, person_id=person_id)


def a_person(establishment="aphm", name="D’ALLÈGRE", given="Zoé", born=date(1950, 3, 28), *, has_stay=True):
    """Return a person and their file, with a stay that ended this week."""
    person_id = uuid4()
    row = identity.BulkIdentity(
        id=uuid4(),
        person_id=person_id,
        establishment=establishment,
        ipp=f"8000{next(_numbers):04d}",
        authority_namespace=establishment.upper(),
        authority_oid=f"1.2.250.98.{next(_numbers)}",
        birth_name=name,
        given_names=(given,),
        birth_date=born,
        sex="F",
        since=NOW - timedelta(days=900),
        birth_place="13055",
        status="PROV",
        ins_matricule="",
        ins_oid="",
    )
    identity.bulk_load([row], source="essai")
    if has_stay:
        pages.a_stay(row.id, days=6, lasting=4, documents=0, results=0)
    return person_id, row.id


def a_device(by, model="tensio-bras", establishment="aphm", at=None):
    device, _ = register_device(
        model_code=model,
        serial=f"ESSAI-{next(_numbers)}",
        udi="",
        establishment=establishment,
        by=by.viewer,
        at=at or NOW - timedelta(days=60),
    )
    return device


def lent(device, person_id, by, *, days=20):
    return pair(device_id=device.pk, person_id=person_id, due_on=None, by=by.viewer, at=NOW - timedelta(days=days))


def followed(person_id, by, protocol="hypertension", *, days=20, establishment="aphm"):
    return begin_monitoring(
        person_id=person_id,
        prescription=Prescription(establishment, "Cardiologie à distance", "04 00 00 00 00", protocol),
        by=by.viewer,
        at=NOW - timedelta(days=days),
    )


def a_message(values=None, *, at=None, sent="same", units=None, **more):
    measured_at = at or NOW
    told = {
        "measured_at": measured_at.isoformat(),
        "values": [
            {"code": code, "value": value, "unit": (units or UNITS).get(code, UNITS.get(code, "?"))}
            for code, value in (values or PRESSURE).items()
        ],
        **more,
    }
    if sent is not None:
        told["sent_at"] = (measured_at if sent == "same" else sent).isoformat()
    return json.dumps(told).encode()


def arrival(device, raw, at=None):
    return Arrival(device.pk, raw, at or NOW, f"passerelle/devices/{device.pk}/measures")
