"""A child of fourteen, her mother, and what the mother must see nothing of."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.record.tests import pages
from passerelle.core.audit import api as audit

pytestmark = pytest.mark.django_db
FOURTEEN = date(timezone.localdate().year - 14, 1, 1)
STAFF = consent.Voice(audit.Actor(uuid4(), "Accueil", "admission_clerk"), consent.Door.STAFF)
PAGES = ("home", "stays", "documents", "choices", "choice_history", "relatives", "accesses")


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


class Family:
    """Léa and her mother, each with her browser."""

    def __init__(self):
        self.mother_id, _ = pages.a_person("aphm", birth_name="ROMARIN", given=("Anne",))
        self.child_id, self.local = pages.a_person("aphm", birth_name="ROMARIN", given=("Léa",), born=FOURTEEN)
        self.stay = pages.a_stay(self.local, days=40, documents=1)
        self.secret_stay = None
        self.mother, self.child = pages.the_patient(self.mother_id), pages.the_patient(self.child_id)
        mandate = consent.Mandate(self.mother_id, consent.Nature.PARENT, "Livret de famille")
        since = timezone.now() - timedelta(days=30)
        consent.represent(person_id=self.child_id, mandate=mandate, by=STAFF, at=since)

    def enter(self):
        assert self.mother.post(at("enter_space", self.child_id)).status_code == 302
        return self.mother


@pytest.fixture
def family():
    return Family()


def at(name, *args):
    return reverse(f"patientspace:{name}", args=args)


def text_of(client, name, *args):
    response = client.get(at(name, *args))
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|Page établie le [^<]*', "", response.content.decode())
    return response.status_code, page


def test_the_mother_enters_the_space_of_her_child_and_every_page_says_so(family):
    mother = family.enter()

    for name in ("home", "stays", "choices"):
        assert "Vous êtes dans l’espace de Léa Romarin" in text_of(mother, name)[1]
    assert at("stay", family.stay) in text_of(mother, "stays")[1]
    mother.post(at("leave_space"))
    assert "Vous êtes dans l’espace" not in text_of(mother, "stays")[1]
    assert at("stay", family.stay) not in text_of(mother, "stays")[1]


def test_nobody_enters_the_space_of_whom_they_do_not_represent(family):
    assert family.child.post(at("enter_space", family.mother_id)).status_code == 404
    assert family.mother.post(at("enter_space", uuid4())).status_code == 404
    assert consent.SPACE_KEY not in family.child.session


def test_a_right_that_ends_leads_back_to_ones_own_space(family):
    mother = family.enter()
    (row,) = consent.representatives(family.child_id, at=timezone.now())
    consent.withdraw(person_id=family.child_id, choice_id=row.id, kind="representation", by=STAFF, at=timezone.now())

    assert at("stay", family.stay) not in text_of(mother, "stays")[1]
    assert text_of(mother, "stay", family.stay)[0] == 404


def test_what_the_mother_decides_is_told_as_hers(family):
    family.enter().post(at("oppose_widely", "partage"))

    (said,) = [one for one in consent.choices_log(family.child_id) if one.kind == "opposition"]
    assert said.door is consent.Door.REPRESENTATIVE
    assert consent.oppositions(family.mother_id, at=timezone.now()) == []


def test_the_young_person_asks_for_secrecy_from_the_page_of_the_stay(family):
    assert at("keep_secret", "sejour", family.stay) in text_of(family.child, "stay", family.stay)[1]

    receipt = family.child.post(at("keep_secret", "sejour", family.stay), follow=True).content.decode()

    assert "Votre décision est enregistrée" in receipt
    assert "Vous gardez ce soin secret" in text_of(family.child, "stay", family.stay)[1]
    assert "Soins gardés secrets" in text_of(family.child, "choices")[1]
    family.child.post(at("tell_again", family.stay))
    assert consent.secret_items(family.child_id, at=timezone.now()) == frozenset()
    assert family.child.get(at("tell_again", family.stay)).status_code == 404


def test_only_a_young_person_asks_and_only_for_their_own_care(family):
    _, other_local = pages.a_person("aphm", birth_name="AUTRE", born=FOURTEEN)
    other_stay = pages.a_stay(other_local)
    own_stay = pages.a_stay(pages.local_of(family.mother_id))

    assert family.child.post(at("keep_secret", "sejour", other_stay)).status_code == 404
    assert family.child.post(at("keep_secret", "facture", family.stay)).status_code == 404
    assert family.mother.post(at("keep_secret", "sejour", own_stay)).status_code == 404
    assert "keep_secret" not in text_of(family.mother, "stay", own_stay)[1]
    mother = family.enter()
    assert mother.post(at("keep_secret", "sejour", family.stay)).status_code == 404
    assert mother.post(at("tell_again", family.stay)).status_code == 404
    assert mother.get(at("trusted")).status_code == 404


def missing(client, name, item_id):
    """Return the page of something that is not there, but for its own address."""
    status, page = text_of(client, name, item_id)
    return status, page.replace(str(item_id), "")


def everything(mother):
    return {name: text_of(mother, name) for name in PAGES}


def test_a_secret_stay_changes_not_one_byte_of_what_the_mother_sees(family):
    mother = family.enter()
    mother.get(at("home"))
    before = everything(mother)

    stay = pages.a_stay(family.local, days=5, documents=2, results=3)
    family.child.post(at("keep_secret", "sejour", stay))

    assert consent.secret_items(family.child_id, at=timezone.now()) == {stay}
    assert everything(mother) == before
    assert missing(mother, "stay", stay) == missing(mother, "stay", uuid4())
    assert at("stay", stay) in text_of(family.child, "stays")[1]


def test_a_secret_document_and_what_is_masked_of_it_change_nothing_either(family):
    mother = family.enter()
    mother.get(at("home"))
    before = everything(mother)

    document = pages.a_document(family.local, title="Contraception")
    family.child.post(at("keep_secret", "document", document))
    family.child.post(at("mask", document))
    family.child.post(at("oppose_widely", "urgence"))

    assert everything(mother) == before
    assert missing(mother, "document", document) == missing(mother, "document", uuid4())
    assert mother.get(reverse("record:document_file", args=[document])).status_code == 404


def test_the_secret_is_seen_when_it_is_not_kept(family):
    """The proof above can fail: without the secret, the mother sees the stay."""
    mother = family.enter()
    before = everything(mother)
    pages.a_stay(family.local, days=5)

    assert everything(mother) != before


def test_the_mother_never_reads_who_came(family):
    mother = family.enter()

    assert "n’est montrée qu’à la personne elle-même" in text_of(mother, "accesses")[1]
    assert mother.get(at("ask")).status_code == 404
    assert "Qui a ouvert mon dossier" not in text_of(mother, "home")[1]
