"""The trial of a message, with every handler of the house: all is shown, nothing is kept."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from passerelle.care.channels import api as channels
from passerelle.care.exchange.models import Message
from passerelle.care.exchange.services.receiving import receive
from passerelle.care.exchange.tests.declaring import FHIR, MLLP, declare
from passerelle.care.exchange.tests.samples import admission, open_facility
from passerelle.core.access import api as access
from passerelle.core.access.tests.cast import account
from passerelle.core.directory.models import AssigningAuthority

pytestmark = pytest.mark.django_db
TRIAL = reverse("channels:trial")
MAPPED = MLLP + 'mapping: [{set: PV1-10, to: "181"}]\n'


def signed_in(name, *roles, establishment=None):
    holder = account(name, *roles, establishment=establishment, password=None)
    browser = Client()
    browser.force_login(holder)
    session = browser.session
    session["passerelle_second_factor"] = str(holder.pk)
    session.save()
    return browser


@pytest.fixture
def irene(db, tmp_path):
    open_facility("CHU-X", "essai")
    open_facility("CH-AUBAGNE", "aubagne", role="partie")
    AssigningAuthority.objects.create(namespace="CHU-X", universal_id="000897406", kind="PI", establishment_id="essai")
    channels.forget()
    declare(tmp_path, MAPPED, FHIR)
    yield signed_in("irene", access.Role.INTEGRATOR)
    channels.forget()


def rows() -> dict[str, int]:
    """Count every table, but the journal which says who looked, and the session of the browser."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall() if not name.startswith(("audit_", "django_session"))]
        counts = {}
        for name in tables:
            cursor.execute(f'SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM "{name}" t')
            counts[name] = cursor.fetchone()
        return counts


def tried(browser, text="", **fields):
    content = text.decode() if isinstance(text, bytes) else text
    answer = browser.post(TRIAL, {"texte": content, **fields})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_trial_shows_each_step_and_leaves_no_trace(irene) -> None:
    before = rows()

    page = tried(irene, admission("M1"))

    assert rows() == before
    assert "Accepté et appliqué" in page
    assert "Gestion administrative d’essai, version 1" in page
    assert "<mark>181</mark>" in page
    assert "ADT^A01" in page
    assert "1001|PI|CHU-X" in page
    assert "MSA|AA|M1" in page
    assert "Lignes écrites puis défaites" in page


def test_the_control_finds_a_trial_that_would_keep_something(irene) -> None:
    before = rows()
    receive(admission("M1"), peer="essai", at=timezone.now())
    assert rows() != before


def test_a_message_that_would_be_parked_says_where_and_leaves_no_trace(irene) -> None:
    before = rows()
    page = tried(irene, admission("M1", kind="ADT^A40^ADT_A39", merged="1001"))
    assert "mis en attente" in page
    assert rows() == before


def test_a_message_that_would_be_refused_says_where(irene) -> None:
    page = tried(irene, admission("M1").replace(b"20260302101500||INSERT", b"jadis||INSERT"))
    assert "Refusé" in page
    assert "ZBE-2" in page
    assert not Message.objects.exists()


def test_a_stored_message_is_tried_by_its_address(irene) -> None:
    receive(admission("M1"), peer="essai", at=timezone.now())
    address = "https://exemple.fr" + reverse("exchange:message", args=[Message.objects.get().pk])
    before = rows()
    page = tried(irene, adresse=address)
    assert "Déjà reçu" in page
    assert rows() == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bonjour", "ne commence pas par un segment MSH"),
        ("<ClinicalDocument/>", "choisissez le canal"),
        ("", "Collez un message"),
    ],
)
def test_a_bad_paste_is_told_at_its_place(irene, text, words) -> None:
    assert words in tried(irene, text)


def test_a_bad_address_is_told(irene) -> None:
    assert "ne contient pas l’identifiant" in tried(irene, adresse="ici")
    assert "aucun message à cette adresse" in tried(irene, adresse="0190a0b0-0000-7000-8000-000000000000")


def test_a_resource_is_tried_through_its_channel(irene) -> None:
    before = rows()
    patient = (
        '{"resourceType": "Patient", "identifier": [{"value": "1001"}], "birthDate": "1979-03-01",'
        ' "name": [{"family": "DUPONT", "given": ["LEA"]}], "gender": "female"}'
    )
    page = tried(irene, patient, canal="essai-fhir")
    assert "Accepté et appliqué" in page
    assert "ADT^A31" in page
    assert rows() == before


def test_the_integrator_of_another_establishment_sees_nothing(irene) -> None:
    other = signed_in("bob", access.Role.INTEGRATOR, establishment="aubagne")
    answer = other.post(TRIAL, {"texte": admission("M1").decode()})
    assert answer.status_code == 404


@pytest.mark.parametrize("role", [access.Role.CLINICIAN, access.Role.PILOT])
def test_the_page_is_not_for_others(irene, role) -> None:
    other = signed_in("charlie", role, establishment="essai")
    assert other.get(TRIAL).status_code == 404


def test_the_page_opens_on_the_address_it_is_given(irene) -> None:
    page = irene.get(TRIAL + "?" + urlencode({"message": "/echanges/x/"})).content.decode()
    assert 'value="/echanges/x/"' in page
