"""What is known of a patient: « nobody said » is never « none », and each fact tells where it comes from."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.selectors.facets import READERS, day_in_words
from passerelle.care.record.tests import chart, pages
from passerelle.core.access import api as access
from passerelle.core.access.api import Role, Viewer

pytestmark = pytest.mark.django_db
THEMES = ("allergies", "antecedents", "traitements", "actes", "implants", "vaccinations")


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def person():
    person_id, here = pages.a_person("aphm", "arles")
    pages.a_stay(here, documents=0, results=0)
    return person_id


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def shown(person_id, theme, client=None):
    return text((client or pages.alice()).get(reverse("record:known", args=[person_id, theme])))


@pytest.mark.parametrize("theme", THEMES)
def test_silence_is_not_none(person, theme):
    page = shown(person, theme)

    assert "Rien de connu" in page
    assert "ne veut pas dire « aucun »".replace("« ", "«\u00a0").replace(" »", "\u00a0»") in page


def test_none_that_was_declared_says_by_whom_and_when(person):
    chart.no_allergy(pages.local_of(person))
    page = shown(person, "allergies")

    assert "<strong>Aucune allergie connue</strong>, déclaré le 1er\u00a0mars 2025" in page
    assert "Dr Essai" in page
    assert "Rien de connu" not in page


def test_two_hospitals_that_disagree_are_both_told(person):
    chart.no_allergy(pages.local_of(person, "arles"))
    chart.an_allergy(pages.local_of(person))
    page = shown(person, "allergies")

    assert "Un autre établissement a noté le contraire" in page
    assert "Un établissement a noté le contraire." in page.partition("access-reason")[0]
    assert "Pénicillines" in page


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (chart.an_allergy, "Pénicillines (grave)"),
        (chart.no_allergy, "Aucune allergie connue"),
        (lambda local: None, "Allergies\u00a0: rien de connu"),
    ],
)
def test_allergies_are_on_the_banner_of_every_page(person, make, words):
    make(pages.local_of(person))
    client = pages.alice()
    names = ("timeline", "results", "documents", "summary")
    addresses = [reverse(f"record:{name}", args=[person]) for name in names]
    addresses += [reverse("record:known", args=[person, theme]) for theme in THEMES]

    assert [address for address in addresses if words not in text(client.get(address))] == []


def test_an_allergy_that_was_refuted_is_not_one(person):
    refuted = {"coding": [{"system": f"{chart.TERMS}/allergyintolerance-verification", "code": "refuted"}]}
    chart.an_allergy(pages.local_of(person), verificationStatus=refuted)

    assert "Rien de connu" in shown(person, "allergies")


def test_an_antecedent_tells_since_when_and_the_family_has_its_own(person):
    here = pages.local_of(person)
    chart.a_condition(here)
    chart.a_condition(here, "Fracture de cheville", status="resolved")
    chart.a_relative(here)
    page = shown(person, "antecedents")

    assert "mai 2019" in page
    assert "Mère\u00a0: cancer du sein" in page
    assert "à 48\u00a0ans" in page
    assert page.index("Diabète") < page.index("Terminés (1)") < page.index("Fracture")


def test_a_prescription_whose_days_have_passed_is_past(person):
    here = pages.local_of(person)
    chart.a_treatment(here)
    chart.a_prescription(here, at=timezone.now() - timedelta(days=30))
    page = shown(person, "traitements")

    assert page.index("Metformine") < page.index("Passés (1)") < page.index("Amoxicilline")
    assert "Échu" in page


def test_an_implant_is_told_with_its_carrier_and_once(person):
    chart.an_implant(pages.local_of(person))
    page = shown(person, "implants")

    assert page.count("Prothèse de genou") == 1
    assert "Genou droit · Fabricant fictif · lot FICTIF-12" in page
    assert "7\u00a0septembre 2025" in page


def test_a_vaccine_that_was_not_given_is_not_one(person):
    chart.a_vaccine(pages.local_of(person), status="not-done")
    page = shown(person, "vaccinations")

    assert "Non faites (1)" in page


def test_an_act_keeps_its_date(person):
    chart.an_act(pages.local_of(person), at=timezone.now() - timedelta(days=400))

    assert "Cholécystectomie" in shown(person, "actes")


def test_a_theme_nobody_knows_is_no_page(person):
    assert pages.alice().get(reverse("record:known", args=[person, "horoscope"])).status_code == 404


@pytest.mark.parametrize("theme", THEMES)
def test_whoever_does_not_treat_finds_no_page(person, theme):
    assert pages.bob().get(reverse("record:known", args=[person, theme])).status_code == 404


@pytest.mark.parametrize("theme", THEMES)
def test_a_page_leaves_one_trace(person, theme):
    client = pages.alice()
    events = apps.get_model("audit", "AuditEvent").objects.filter(person_id=person)
    before = events.count()
    client.get(reverse("record:known", args=[person, theme]))

    assert events.count() == before + 1


def _treating() -> Viewer:
    return Viewer(account_id=uuid4(), name="Alice", assignments=frozenset({(Role.CLINICIAN, "aphm")}))


@pytest.mark.parametrize(
    ("ask", "make"),
    [
        (record.allergies, chart.an_allergy),
        (record.conditions, chart.a_condition),
        (record.medications, chart.a_treatment),
        (record.implants, chart.an_implant),
        (record.immunizations, chart.a_vaccine),
        (record.procedures, lambda local: chart.an_act(local, at=timezone.now())),
    ],
)
def test_the_door_gives_what_the_viewer_may_know_of_or_refuses(person, ask, make):
    make(pages.local_of(person))
    stranger = Viewer(account_id=uuid4(), name="Bob", assignments=frozenset({(Role.CLINICIAN, "salon")}))

    assert len(ask(_treating(), person, at=timezone.now()).current) == 1
    with pytest.raises(access.AccessRefused):
        ask(stranger, person, at=timezone.now())


def test_the_summary_gathers_all_of_it(person):
    here = pages.local_of(person)
    chart.an_allergy(here)
    chart.an_implant(here)
    chart.a_taking(here, at=timezone.now() - timedelta(days=3), values={"Sodium": 9.0})
    found = record.summary(_treating(), person, at=timezone.now())

    assert [fact.title for fact in found.knowledge[record.Theme.ALLERGIES].current] == ["Pénicillines"]
    assert [analyte.label for analyte in found.analytes] == ["Sodium"]
    assert (len(found.stays), found.more_stays) == (1, 0)


def test_the_same_treatment_told_by_two_hospitals_is_on_paper_once(person):
    for place in ("aphm", "arles"):
        chart.a_treatment(pages.local_of(person, place))
    page = text(pages.alice().get(reverse("record:summary", args=[person])))

    assert page.count("Metformine") == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("2019", "2019"),
        ("2019-05", "mai 2019"),
        ("2019-05-02", "2\u00a0mai 2019"),
        ("2019-05-02T10:00:00Z", "2\u00a0mai 2019"),
        (None, ""),
        ("jadis", ""),
        ("abcd", ""),
        ("2019-13", ""),
    ],
)
def test_a_date_is_told_as_precisely_as_it_was(told, words):
    assert day_in_words(told) == words


@pytest.mark.parametrize("type_", sorted(READERS))
def test_a_resource_that_says_nothing_is_told_without_falling(type_):
    found = READERS[type_]({"resourceType": type_})

    assert found is not None
    assert found.title
