"""A town doctor, her patients, a ward and its letters. All invented."""

from datetime import date, timedelta
from itertools import count
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from passerelle.care.consent.rules.restrictions import Whom
from passerelle.care.consent.services.circle import Invitation, choose
from passerelle.care.consent.services.facts import Voice
from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import make_establishments
from passerelle.care.liaison.models import Discharge
from passerelle.care.liaison.rules.content import Answer, Change, Content, Treatment
from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.audit import api as audit
from passerelle.core.parameters.api import load_parameters

_numbers = count(1)
MATRICULE = "279035121518989"
TEST_NIR = "1.2.250.1.213.1.4.10"
WHOLE = Content(
    texts={
        "admission_mode": "Programmée",
        "discharge_mode": "Domicile",
        "reason": "Pose d’une prothèse de hanche",
        "summary": "Intervention sans incident. Marche avec deux cannes.",
        "results": "Hémoglobine 11,2 g/dL à la sortie.",
        "follow_up": "Consultation de contrôle à six semaines.",
        "implants": "Prothèse totale de hanche droite.",
    },
    answers={
        "adverse_events": Answer.NO,
        "resistant_germs": Answer.NO,
        "blood_products": Answer.NO,
        "implants": Answer.YES,
        "pending": Answer.NO,
    },
    treatments=(
        Treatment("Paracétamol 1 g", Change.STARTED, "3 fois par jour", "10 jours", "Douleur"),
        Treatment("Ibuprofène", Change.STOPPED, reason="Risque rénal"),
    ),
)


def lay_the_ground():
    at = timezone.now()
    make_establishments("aphm", "arles", "salon")
    load_parameters(at=at)


class Someone:
    """An account, its browser and what it is."""

    def __init__(self, name, role, establishment=None, person_id=None):
        at = timezone.now()
        self.account = access.open_account(
            email=f"{uuid4()}@exemple.invalid", display_name=name, by=None, at=at, person_id=person_id
        )
        access.grant_role(
            account=self.account, role=role, establishment=establishment, starts_on=date(2020, 1, 1), by=None, at=at
        )
        self.client = Client()
        self.client.force_login(self.account)
        session = self.client.session
        session["passerelle_second_factor"] = str(self.account.pk)
        session.save()

    @property
    def viewer(self):
        return access.viewer_of(self.account, on=timezone.localdate(), second_factor=True)


def colette():
    return Someone("Dr Colette Mistral", Role.TOWN_DOCTOR)


def alice():
    return Someone("Dr Alice Garrigue", Role.CLINICIAN, "aphm")


def bob():
    return Someone("Dr Bob Restanque", Role.CLINICIAN, "salon")


def zoe(person_id):
    return Someone("Zoé d’Allègre", Role.PATIENT, person_id=person_id)


def a_patient(*establishments, status="QUAL", matricule=MATRICULE, name="D’ALLÈGRE", born=date(1979, 3, 28)):
    """Load a patient with a qualified INS; return the person and the file of the first establishment."""
    person_id = uuid4()
    rows = [
        identity.BulkIdentity(
            id=uuid4(),
            person_id=person_id,
            establishment=establishment,
            ipp=f"7000{next(_numbers):04d}",
            authority_namespace=establishment.upper(),
            authority_oid=f"1.2.250.99.{next(_numbers)}",
            birth_name=name,
            given_names=("Zoé", "Anne"),
            birth_date=born,
            sex="F",
            since=timezone.now() - timedelta(days=900),
            birth_place="13055",
            status=status,
            ins_matricule=matricule if status == "QUAL" else "",
            ins_oid=TEST_NIR if status == "QUAL" else "",
        )
        for establishment in establishments or ("aphm",)
    ]
    identity.bulk_load(rows, source="essai")
    return person_id, rows[0].id


def chooses(person_id, doctor, *, is_main_doctor=True, at=None):
    """The patient chooses a doctor."""
    voice = Voice(audit.Actor(None, "Zoé"))
    choose(
        person_id=person_id,
        invitation=Invitation(
            Whom(account_id=doctor.account.pk), doctor.account.display_name, is_main_doctor=is_main_doctor
        ),
        by=voice,
        at=at or timezone.now() - timedelta(days=60),
    )


def a_discharge(local_identity_id, stay_id, *, left_at, establishment="aphm", unit="Orthopédie"):
    return Discharge.objects.create(
        stay_id=stay_id,
        local_identity_id=local_identity_id,
        establishment=establishment,
        unit_code="1001",
        unit_label=unit,
        class_code="IMP",
        admitted_at=left_at - timedelta(days=4),
        left_at=left_at,
        noted_at=left_at,
    )
