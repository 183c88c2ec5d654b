"""Reads for people. Alice treats at aphm, Bob works at salon."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.rules.documents import RESTRICTIONS
from passerelle.care.record.rules.visibility import restrictions_of, states_of
from passerelle.care.record.tests import pages
from passerelle.core.access import api as access
from passerelle.core.access.api import AccessRefused, Relation, Role, State, Viewer
from passerelle.core.audit import api as audit
from passerelle.core.audit.models import AuditEvent
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


def viewer(*roles, where=None, person_id=None, account_id=None):
    return Viewer(
        account_id=account_id or uuid4(),
        name="Essai",
        assignments=frozenset((role, where) for role in roles),
        person_id=person_id,
        second_factor=True,
    )


ALICE = viewer(Role.CLINICIAN, where="aphm")
BOB = viewer(Role.CLINICIAN, where="salon")


def restrict(document_id, who, *restrictions):
    resource = fhir.loads(record.read("DocumentReference", document_id).body)
    labels = [fhir.codeable_concept(fhir.coding(RESTRICTIONS, one)) for one in restrictions]
    record.put(resource | {"securityLabel": labels}, local_identity_id=who, at=timezone.now(), source="essai")


def test_each_relation_is_told_apart():
    at = timezone.now()
    treated, local = pages.a_person("aphm")
    pages.a_stay(local)
    seen_only, _ = pages.a_person("aphm")
    elsewhere, _ = pages.a_person("arles")
    mine = viewer(Role.PATIENT, person_id=treated)
    assert record.relation_to(mine, treated, at=at) is Relation.SELF
    assert record.relation_to(mine, seen_only, at=at) is Relation.NONE
    assert record.relation_to(ALICE, treated, at=at) is Relation.TREATING
    assert record.relation_to(ALICE, seen_only, at=at) is Relation.ESTABLISHMENT
    assert record.relation_to(ALICE, elsewhere, at=at) is Relation.TERRITORY
    assert record.relation_to(access.ANONYMOUS, treated, at=at) is Relation.NONE


@pytest.mark.parametrize(("days_after", "relation"), [(364, Relation.TREATING), (366, Relation.ESTABLISHMENT)])
def test_a_care_team_lasts_a_year_after_the_stay(days_after, relation):
    person_id, local = pages.a_person("aphm")
    stay = pages.a_stay(local, days=30, lasting=3)
    end = fhir.date_range(fhir.loads(record.read("Encounter", stay).body)["period"]["end"]).end
    assert record.relation_to(ALICE, person_id, at=end + timedelta(days=days_after)) is relation


def test_how_long_a_stay_makes_a_care_team_is_a_legal_parameter():
    person_id, local = pages.a_person("aphm")
    pages.a_stay(local, days=40, lasting=3)
    assert record.relation_to(ALICE, person_id, at=timezone.now()) is Relation.TREATING
    rows = apps.get_model("parameters", "LegalParameter").objects.filter(key="access.treating_days_after_stay")
    assert rows.get().is_house_rule

    rows.update(value=30)

    assert record.relation_to(ALICE, person_id, at=timezone.now()) is Relation.ESTABLISHMENT


def test_a_cancelled_stay_makes_no_care_team():
    person_id, local = pages.a_person("aphm")
    stay = pages.a_stay(local)
    resource = fhir.loads(record.read("Encounter", stay).body)
    record.put(resource | {"status": "cancelled"}, local_identity_id=local, at=timezone.now(), source="essai")
    assert record.relation_to(ALICE, person_id, at=timezone.now()) is Relation.ESTABLISHMENT


def test_an_emergency_access_opens_the_record():
    at = timezone.now()
    person_id, local = pages.a_person("arles")
    pages.a_stay(local)
    account = access.open_account(email="urgence@exemple.invalid", display_name="Urgence", by=None, at=at)
    bob = viewer(Role.CLINICIAN, where="salon", account_id=UUID(str(account.pk)))
    with pytest.raises(AccessRefused):
        record.timeline(bob, person_id, at=at)
    access.open_emergency_access(
        viewer=bob, person_id=person_id, reason="Inconscient", relation=Relation.TERRITORY, at=at
    )
    assert record.timeline(bob, person_id, at=at).relation is Relation.EMERGENCY


def test_a_timeline_gathers_every_establishment_newest_first_and_is_told_to_the_patient():
    person_id, here = pages.a_person("aphm", "arles")
    pages.a_stay(here, days=300)
    recent = pages.a_stay(pages.local_of(person_id, "arles"), days=10)
    pages.a_document(here)
    shown = record.timeline(ALICE, person_id, at=timezone.now())
    assert shown.stays[0].id == recent
    assert [stay.establishment for stay in shown.stays] == ["arles", "aphm"]
    assert [len(stay.documents) for stay in shown.stays] == [1, 1]
    assert [len(stay.observations) for stay in shown.stays] == [2, 2]
    assert len(shown.documents) == 1
    assert {code for code, _ in shown.establishments} == {"aphm", "arles"}
    assert [row.action_label for row in audit.accesses_to(person_id, limit=5)] == ["Dossier consulté"]


def test_a_timeline_keeps_what_is_asked():
    person_id, here = pages.a_person("aphm", "arles")
    old = pages.a_stay(here, days=300)
    recent = pages.a_stay(pages.local_of(person_id, "arles"), days=10)
    at = timezone.now()
    limit = (at - timedelta(days=100)).date()
    assert [one.id for one in record.timeline(ALICE, person_id, at=at, establishments={"aphm"}).stays] == [old]
    assert [one.id for one in record.timeline(ALICE, person_id, at=at, since=limit).stays] == [recent]
    assert [one.id for one in record.timeline(ALICE, person_id, at=at, until=limit).stays] == [old]


def test_a_timeline_costs_as_many_queries_for_five_stays_as_for_one():
    def queries(person_id):
        with CaptureQueriesContext(connection) as captured:
            record.timeline(ALICE, person_id, at=timezone.now())
        return len(captured)

    short, local = pages.a_person("aphm")
    pages.a_stay(local)
    long, other = pages.a_person("aphm")
    for days in range(5, 10):
        pages.a_stay(other, days=days, documents=2, results=3)
    assert queries(short) == queries(long)


@pytest.mark.parametrize(
    ("restriction", "patient", "author", "treating"),
    [
        ("MASQUE_PS", True, True, False),
        ("INVISIBLE_PATIENT", False, True, True),
        ("CONNEXION_SECRETE", True, True, True),
        ("INVISIBLE_REP_LEGAUX", True, True, True),
        ("INCONNUE", True, True, False),
    ],
)
def test_a_restricted_document_is_listed_and_opened_by_the_same_people(restriction, patient, author, treating):
    person_id, here = pages.a_person("aphm", "arles")
    pages.a_stay(here, documents=0)
    pages.a_stay(pages.local_of(person_id, "arles"), documents=0)
    document = pages.a_document(here)
    restrict(document, here, restriction)
    at = timezone.now()
    people = {
        viewer(Role.PATIENT, person_id=person_id): patient,
        ALICE: author,
        viewer(Role.CLINICIAN, where="arles"): treating,
    }
    for who, may in people.items():
        assert (document in {row.id for row in record.documents(who, person_id, at=at)}) is may
        if may:
            assert record.open_document(who, document, at=at).kind == "html"
        else:
            with pytest.raises(AccessRefused):
                record.open_document(who, document, at=at)


def test_every_restriction_of_a_document_must_be_allowed():
    assert states_of(["MASQUE_PS", "INVISIBLE_PATIENT"]) == (State.OPPOSED, State.UNANNOUNCED)
    assert states_of([]) == (State.NORMAL,)
    assert restrictions_of({"securityLabel": [{"coding": [{"system": "autre", "code": "R"}]}]}) == frozenset()


@pytest.mark.parametrize(
    ("mime", "content", "kind"),
    [
        ("application/pdf", pages.PDF, "pdf"),
        ("text/plain", "Té <b>".encode(), "text"),
        ("text/xml", b"<pas du CDA", "text"),
        ("image/png", b"\x89PNG", "other"),
    ],
)
def test_each_kind_of_content_is_opened_in_its_way(mime, content, kind):
    person_id, local = pages.a_person("aphm")
    document = pages.a_document(local, mime=mime, content=content)
    opened = record.open_document(viewer(Role.PATIENT, person_id=person_id), document, at=timezone.now())
    assert (opened.kind, opened.content) == (kind, content)
    assert "<b>" not in opened.html


def test_a_withdrawn_document_is_gone_for_everyone():
    person_id, local = pages.a_person("aphm")
    document = pages.a_document(local)
    resource = fhir.loads(record.read("DocumentReference", document).body)
    record.put(resource | {"status": "entered-in-error"}, local_identity_id=local, at=timezone.now(), source="essai")
    mine = viewer(Role.PATIENT, person_id=person_id)
    assert record.documents(mine, person_id, at=timezone.now()) == []
    with pytest.raises(AccessRefused):
        record.open_document(mine, document, at=timezone.now())


def test_a_refusal_leaves_a_trace():
    person_id, local = pages.a_person("aphm")
    pages.a_stay(local)
    with pytest.raises(AccessRefused):
        record.timeline(BOB, person_id, at=timezone.now())
    assert list(AuditEvent.objects.filter(person_id=person_id).values_list("outcome", flat=True)) == ["denied"]


def test_facts_for_the_warehouse_carry_the_person_behind_each_stay():
    person_id, local = pages.a_person("aphm")
    stay = pages.a_stay(local)
    (fact,) = record.stream_encounters()
    assert (fact.id, fact.person_id, fact.establishment, fact.sex) == (stay, person_id, "aphm", "F")
    assert fact.resource["period"]["start"]
