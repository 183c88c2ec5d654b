from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from passerelle.care.carepaths import api as carepaths
from passerelle.care.carepaths.library import as_told, declared
from passerelle.care.carepaths.models import Following, ProtocolVersion, TaskSaid
from passerelle.care.carepaths.rules.protocol import How, ProtocolError, Who, protocol_of
from passerelle.care.carepaths.selectors.adherence import _hidden
from passerelle.care.carepaths.selectors.following import following
from passerelle.care.carepaths.services import following as services
from passerelle.care.carepaths.services.measures import note_measures
from passerelle.care.consent import api as consent
from passerelle.care.forms import api as questionnaires
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role
from passerelle.core.audit.api import Actor
from passerelle.core.audit.models import AuditEvent
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db
NURSE = Actor(account_id=None, name="Claire ESSAI", role="clinician")


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()
    carepaths.publish(at=timezone.now())


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def known():
    """Return a person treated at aphm."""
    person_id, here = pages.a_person("aphm")
    pages.a_stay(here, days=2, lasting=None)
    return person_id, here


def begun(here: UUID, at: datetime, *, code: str = "raac", days_ago: int = 2) -> UUID:
    place = services.Place(here, "aphm")
    anchor = timezone.localdate(at) - timedelta(days=days_ago)
    return services.begin(code=code, place=place, anchor=anchor, by=NURSE, at=at)


def plan_of(following_id: UUID):
    return fhir.loads(record.read("CarePlan", following_id).body)


def first(found, how: How, who: Who = Who.PATIENT):
    return next(one.occurrence for one in found.to_do(who) if one.occurrence.task.how is how)


def test_published_again_nothing_changes_and_a_changed_version_is_refused(at):
    assert carepaths.publish(at=at) == 0
    one = declared()[0]
    changed = protocol_of(as_told(one) | {"summary": "Autre"}, where="essai")

    with pytest.raises(ProtocolError, match="sans changer de version"):
        carepaths.publish(at=at, protocols=(changed,))
    assert ProtocolVersion.objects.count() == len(declared())


def test_a_patient_keeps_the_version_they_began_with(known, at):
    following_id = begun(known[1], at)
    old = next(one for one in declared() if one.code == "raac")
    new = protocol_of(as_told(old) | {"version": "2", "tasks": as_told(old)["tasks"][:3]}, where="essai")

    carepaths.publish(at=at + timedelta(minutes=1), protocols=(new,))

    assert following(following_id, at=at).protocol == old
    _, here = pages.a_person("aphm")
    assert following(begun(here, at), at=at).protocol.version == "2"


def test_what_is_followed_is_a_care_plan_of_the_record(known, at):
    plan = plan_of(begun(known[1], at))

    assert (plan["status"], plan["intent"]) == ("active", "plan")
    assert plan["instantiatesCanonical"] == ["urn:passerelle:protocole:raac|1"]
    assert plan["subject"] == {"reference": f"Patient/{known[1]}"}


def test_the_same_protocol_is_not_followed_twice_at_once(known, at):
    following_id = begun(known[1], at)

    with pytest.raises(services.FollowedAlready):
        begun(known[1], at)
    services.stop(following_id=following_id, reason="Opération annulée", by=NURSE, at=at)
    assert begun(known[1], at) != following_id


def test_a_word_changes_the_record_and_the_first_one_stays(known, at):
    following_id = begun(known[1], at)
    key, today = ("appel", 1), timezone.localdate(at)

    for name in ("Claire ESSAI", "Paul ESSAI"):
        by = Actor(account_id=None, name=name, role="clinician")
        services.say_done(following_id=following_id, key=key, on=today, by=by, at=at)

    assert TaskSaid.objects.get().said_by == "Claire ESSAI"
    described = {one["detail"]["description"]: one["detail"]["status"] for one in plan_of(following_id)["activity"]}
    assert described["Appel de l’équipe après le retour à la maison"] == "completed"


def test_a_task_to_come_is_not_done_yet_and_an_unknown_one_is_nothing(known, at):
    following_id = begun(known[1], at)

    with pytest.raises(services.TooEarly):
        services.say_done(following_id=following_id, key=("revue", 1), on=timezone.localdate(at), by=NURSE, at=at)
    with pytest.raises(services.NoSuchTask):
        services.say_done(following_id=following_id, key=("appel", 2), on=timezone.localdate(at), by=NURSE, at=at)
    assert not TaskSaid.objects.exists()


def test_a_task_set_aside_says_why_in_the_database_too(known, at):
    following_id = begun(known[1], at)

    with pytest.raises(services.ReasonRequired):
        services.set_aside(following_id=following_id, key=("appel", 1), reason=" ", by=NURSE, at=at)
    services.set_aside(following_id=following_id, key=("appel", 1), reason="Reste hospitalisé", by=NURSE, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskSaid.objects.update(note="")


def test_taken_back_a_task_is_to_be_done_again_and_the_record_keeps_both(known, at):
    following_id = begun(known[1], at)
    services.set_aside(following_id=following_id, key=("appel", 1), reason="Erreur", by=NURSE, at=at)

    services.take_back(following_id=following_id, key=("appel", 1), by=NURSE, at=at)

    assert "appel" in {one.occurrence.task.code for one in following(following_id, at=at).to_do(Who.TEAM)}
    assert len(record.history("CarePlan", following_id)) == 3


def test_put_off_the_calendar_moves_and_what_is_done_stays_done(known, at):
    following_id = begun(known[1], at)
    services.say_done(following_id=following_id, key=("lever", 1), on=timezone.localdate(at), by=NURSE, at=at)

    services.move(following_id=following_id, anchor=timezone.localdate(at), by=NURSE, at=at)

    placed = {one.occurrence.key: one.standing.name for one in following(following_id, at=at).tasks}
    assert placed["lever", 1] == "DONE"
    assert placed["appel", 1] == "COMING"


def test_over_it_changes_no_more(known, at):
    following_id = begun(known[1], at, days_ago=60)

    assert services.complete_those_over(by=NURSE, at=at) == 1
    assert plan_of(following_id)["status"] == "completed"
    with pytest.raises(services.NotActive):
        services.say_done(following_id=following_id, key=("appel", 1), on=timezone.localdate(at), by=NURSE, at=at)


def test_a_measure_of_the_record_does_the_task_that_asks_it(known, at):
    following_id = begun(known[1], at)
    code = first(following(following_id, at=at), How.MEASURE).task.measure
    temperature = fhir.observation(
        None,
        code=fhir.codeable_concept(fhir.coding(fhir.LOINC, code, "Température")),
        subject=fhir.reference(f"Patient/{known[1]}"),
        value={"valueQuantity": fhir.quantity(37.2, "Cel", code="Cel")},
        effectiveDateTime=fhir.moment(at),
    )
    assert note_measures(at=at) == 0

    record.put(
        {name: part for name, part in temperature.items() if part is not None},
        local_identity_id=known[1],
        at=at,
        source="essai",
    )

    assert note_measures(at=at) == 1
    assert note_measures(at=at) == 0
    assert TaskSaid.objects.get().source.startswith("Observation/")


def test_a_measure_that_tells_its_year_only_does_nothing_and_stops_nobody_else(known):
    at = datetime(2026, 6, 15, 10, tzinfo=UTC)
    following_id = begun(known[1], at)
    code = first(following(following_id, at=at), How.MEASURE).task.measure
    vague = {
        "resourceType": "Observation",
        "id": str(uuid4()),
        "status": "final",
        "code": fhir.codeable_concept(fhir.coding(fhir.LOINC, code, "Température")),
        "subject": {"reference": f"Patient/{known[1]}"},
        "valueQuantity": fhir.quantity(37.2, "Cel", code="Cel"),
        "effectiveDateTime": "2026",
    }
    record.put(vague, local_identity_id=known[1], at=at, source="essai")
    assert note_measures(at=at) == 0

    exact = vague | {"id": str(uuid4()), "effectiveDateTime": fhir.moment(at)}
    record.put(exact, local_identity_id=known[1], at=at, source="essai")

    assert note_measures(at=at) == 1


def test_the_patient_sees_what_to_do_today_and_says_it_is_done(known, at):
    following_id = begun(known[1], at, days_ago=-7)
    patient = pages.the_patient(known[0])

    page = patient.get(reverse("carepaths:mine")).content.decode()
    assert "Faire les exercices de marche et de souffle" in page
    one = first(following(following_id, at=at), How.SAID)
    answer = patient.post(reverse("carepaths:did", args=[following_id, one.task.code, one.number]), follow=True)

    assert "C’est noté" in answer.content.decode()
    said = TaskSaid.objects.get()
    assert (said.task, said.number, said.source) == (one.task.code, one.number, "self")


def test_a_finished_questionnaire_does_its_task(known, at):
    following_id = begun(known[1], at)
    patient = pages.the_patient(known[0])
    one = first(following(following_id, at=at), How.QUESTIONNAIRE)

    answer = patient.post(reverse("carepaths:answer", args=[following_id, one.task.code, one.number]))

    filling_id = UUID(answer.url.split("/")[2])
    opened = questionnaires.filling(filling_id)
    assert opened.questionnaire.url == one.task.questionnaire
    services.answered(opened.row, _voice(), at)
    assert TaskSaid.objects.get().source == f"QuestionnaireResponse/{filling_id}"


def test_a_questionnaire_finished_before_its_task_opens_again_is_kept_and_says_nothing(known, at):
    following_id = begun(known[1], at)
    one = first(following(following_id, at=at), How.QUESTIONNAIRE)
    asked = reverse("carepaths:answer", args=[following_id, one.task.code, one.number])
    opened = questionnaires.filling(UUID(pages.the_patient(known[0]).post(asked).url.split("/")[2]))
    services.move(following_id=following_id, anchor=timezone.localdate(at) + timedelta(days=60), by=NURSE, at=at)

    services.answered(opened.row, _voice(), at)

    assert not TaskSaid.objects.exists()


def _voice():
    return consent.Voice(Actor(account_id=None, name="Zoé", role="patient"))


def test_a_patient_says_nothing_of_the_tasks_of_the_team_nor_of_another(known, at):
    following_id = begun(known[1], at)
    other, _ = pages.a_person("aphm")
    team = reverse("carepaths:did", args=[following_id, "appel", 1])
    own = reverse("carepaths:did", args=[following_id, "temperature", 1])

    assert pages.the_patient(known[0]).post(team).status_code == 404
    assert pages.the_patient(other).post(own).status_code == 404
    assert not TaskSaid.objects.exists()


def test_a_relative_whom_the_person_chose_reads_the_tasks_and_says_nothing(known, at):
    following_id = begun(known[1], at, days_ago=-7)
    paul, _ = pages.a_person("aphm", birth_name="PROCHE", given=("Paul",))
    mandate = consent.Mandate(paul, consent.Nature.DELEGATE, "choix de la personne", at + timedelta(days=30))
    consent.represent(person_id=known[0], mandate=mandate, by=_voice(), at=at)
    relative = pages.client_of("Paul", Role.PATIENT, person_id=paul)
    session = relative.session
    session[consent.SPACE_KEY] = str(known[0])
    session.save()
    one = first(following(following_id, at=at), How.SAID)

    page = relative.get(reverse("carepaths:mine")).content.decode()
    assert one.task.title in page
    assert "C’est fait" not in page
    for name in ("did", "answer"):
        page = reverse(f"carepaths:{name}", args=[following_id, one.task.code, one.number])
        assert relative.post(page).status_code == 404
    assert not TaskSaid.objects.exists()


def test_the_team_of_the_patient_sees_its_list_begins_and_writes(known, at):
    alice = pages.alice()
    page = reverse("carepaths:patient", args=[known[0]])

    answer = alice.post(
        page, {"protocol": "raac", "anchor": timezone.localdate(at).isoformat(), "file": str(known[1])}, follow=True
    )
    assert "Récupération rapide" in answer.content.decode()
    following_id = Following.objects.get().id
    listed = alice.get(reverse("carepaths:home")).content.decode()
    assert "D’ALLÈGRE Zoé" in listed
    done = reverse("carepaths:done", args=[following_id, "lever", 1])
    answer = alice.post(done, {"on": timezone.localdate(at).isoformat()}, follow=True)
    assert "C’est noté" in answer.content.decode()
    early = reverse("carepaths:done", args=[following_id, "revue", 1])
    assert "ne commence pas encore" in alice.post(early, {"on": timezone.localdate(at).isoformat()}).content.decode()
    assert AuditEvent.objects.filter(target=f"CarePlan/{following_id}", person_id=known[0]).exists()


def test_another_hospital_and_another_trade_find_no_page(known, at):
    following_id = begun(known[1], at)
    page = reverse("carepaths:following", args=[following_id])

    for someone in (pages.bob(), pages.charlie()):
        assert someone.get(page).status_code == 404
        assert someone.get(reverse("carepaths:patient", args=[known[0]])).status_code == 404
    assert "ALLÈGRE" not in pages.bob().get(reverse("carepaths:home")).content.decode()


def test_who_treats_elsewhere_reads_and_writes_nothing(at):
    person_id, here = pages.a_person("aphm", "salon")
    pages.a_stay(pages.local_of(person_id, "salon"), days=2, lasting=None)
    pages.a_stay(here, days=2, lasting=None)
    following_id = begun(here, at)
    bob = pages.bob()

    assert bob.get(reverse("carepaths:following", args=[following_id])).status_code == 200
    done = reverse("carepaths:done", args=[following_id, "lever", 1])
    assert bob.post(done, {"on": timezone.localdate(at).isoformat()}).status_code == 404
    assert not TaskSaid.objects.exists()


def test_small_establishments_are_hidden_and_the_next_with_them(at):
    for establishment, count in (("aphm", 12), ("arles", 13), ("salon", 3)):
        for _ in range(count):
            _, here = pages.a_person(establishment)
            place = services.Place(here, establishment)
            services.begin(code="raac", place=place, anchor=timezone.localdate(at), by=NURSE, at=at)
    today = timezone.localdate(at)

    later = at + timedelta(days=3)
    found = carepaths.adherence("raac", since=today, until=today + timedelta(days=1), at=later)

    shown = {one.code: one.patients for one in found.places}
    assert shown == {"aphm": None, "arles": 13, "salon": None}
    assert found.whole.patients == 28
    director = pages.client_of("Dora", Role.DIRECTOR, establishment="aphm")
    page = director.get(reverse("carepaths:adherence", args=["raac"])).content.decode()
    assert "Adhésion" in page
    assert director.get(reverse("carepaths:adherence_csv", args=["raac"])).status_code == 200


@pytest.mark.parametrize(
    ("patients", "hidden"),
    [
        ({"aphm": 20, "arles": 30}, set()),
        ({"aphm": 20, "arles": 30, "salon": 3}, {"salon", "aphm"}),
        ({"aphm": 20, "arles": 30, "salon": 1, "aubagne": 2}, {"salon", "aubagne", "aphm"}),
        ({"aphm": 20, "arles": 30, "salon": 10, "aubagne": 9}, {"salon", "aubagne"}),
        ({"aphm": 12, "salon": 1, "aubagne": 2}, {"aphm", "salon", "aubagne"}),
    ],
)
def test_what_is_hidden_is_never_a_few_patients_by_difference(patients, hidden):
    assert _hidden(patients, 11) == hidden


def test_a_task_that_was_due_to_few_patients_is_left_out(at):
    today = timezone.localdate(at)
    for days_ago in [0] * 11 + [50]:
        _, here = pages.a_person("aphm")
        begun(here, at, days_ago=days_ago)

    found = carepaths.adherence("raac", since=today - timedelta(days=60), until=today + timedelta(days=1), at=at)

    assert found.whole.patients == 12
    titles = {one.title for one in found.tasks}
    assert "Lire ce qui va se passer" in titles
    assert "Consultation après l’opération" not in titles


def test_a_protocol_is_shown_and_given_as_a_plan_definition():
    alice = pages.alice()

    assert "Trame de démonstration" in alice.get(reverse("carepaths:protocol", args=["avc"])).content.decode()
    plan = alice.get(reverse("carepaths:plan", args=["avc"])).json()
    assert (plan["resourceType"], plan["status"]) == ("PlanDefinition", "draft")
    assert alice.get(reverse("carepaths:protocol", args=["rien"])).status_code == 404
