"""Opening a patient space: the code, the birth date, what is told to whom fails; the desk; who is recognised."""

import re
from dataclasses import asdict
from datetime import date, timedelta
from time import time

import pytest
import zxingcpp
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.consent import api as consent
from passerelle.care.identity.models import LocalIdentity
from passerelle.care.patientspace.letters.invitation import Letter, invitation_pdf
from passerelle.care.patientspace.models import Invitation
from passerelle.care.patientspace.rules.recognition import Civil, is_same
from passerelle.care.patientspace.rules.vocabulary import Means
from passerelle.care.patientspace.services import invitations
from passerelle.care.patientspace.services.opening import recognise
from passerelle.care.record.tests import pages
from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.access.models import Account
from passerelle.core.audit.models import AuditEvent
from passerelle.core.notify.models import Message
from passerelle.core.oauth import api as oauth
from passerelle.protocols.franceconnect import api as franceconnect

pytestmark = pytest.mark.django_db
BORN = date(1979, 3, 28)
PASSWORD = "une petite phrase bien à moi"


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def zoe():
    return pages.a_person("aphm")[0]


@pytest.fixture
def clerk():
    return pages.client_of("Denis", Role.ADMISSION_CLERK, establishment="aphm")


def viewer_of(client):
    return client.get(reverse("identity:search")).wsgi_request.viewer


def invited(clerk, person_id, *, means=Means.DESK, document="passeport", at=None):
    issued = invitations.invite(
        viewer=viewer_of(clerk), person_id=person_id, means=means, document=document, at=at or timezone.now()
    )
    return issued.code


def come(client, code, born="28/03/1979"):
    return client.post(reverse("patientspace:invited"), {"code": code, "birth_date": born})


def told(page):
    main = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\u00a0", " ").replace("\u202f", " ")


def test_a_code_and_a_birth_date_open_a_space_that_asks_for_a_second_factor(clerk, zoe):
    pages.a_stay(pages.local_of(zoe))
    browser = Client()
    assert come(browser, invited(clerk, zoe)).url == reverse("patientspace:activate")

    page = browser.get(reverse("patientspace:activate"))
    answer = browser.post(
        reverse("patientspace:activate"), {"email": "zoe@exemple.invalid", "password": PASSWORD, "again": PASSWORD}
    )

    assert "Bonjour Zoé" in told(page)
    assert answer.url == reverse("access:second_factor")
    assert browser.get(reverse("patientspace:home")).url == reverse("access:second_factor")
    account = Account.objects.get(email="zoe@exemple.invalid")
    assert account.person_id == zoe
    assert [one.role for one in account.assignments.all()] == ["patient"]
    assert {"space_invited", "space_opened", "account_opened"} <= set(
        AuditEvent.objects.values_list("action", flat=True)
    )


def test_the_code_serves_once(clerk, zoe):
    code = invited(clerk, zoe)
    browser = Client()
    come(browser, code)
    told_once = {"email": "zoe@exemple.invalid", "password": PASSWORD, "again": PASSWORD}
    browser.post(reverse("patientspace:activate"), told_once)

    assert "n’ouvrent aucun espace" in told(come(Client(), code))


def strange_codes(clerk, zoe):
    used, late = invited(clerk, zoe), timezone.now() - timedelta(days=31)
    Invitation.objects.update(used_at=timezone.now())
    expired = invited(clerk, zoe, at=late)
    cancelled = invited(clerk, zoe)
    Invitation.objects.filter(used_at=None, cancelled_at=None).update(cancelled_at=timezone.now())
    return {"used": used, "expired": expired, "cancelled": cancelled, "unknown": "BCDF-GHJK-LMNP", "short": "ZZZZ"}


def test_whatever_is_wrong_the_answer_is_the_same(clerk, zoe):
    strange = strange_codes(clerk, zoe)
    good = invited(clerk, zoe)

    answers = {name: told(come(Client(), code)).replace(code, "") for name, code in strange.items()}
    answers["date"] = told(come(Client(), good, "29/03/1979")).replace(good, "")

    assert len(set(answers.values())) == 1
    assert "Vérifiez-les" in answers["date"]


def test_five_false_dates_end_the_code(clerk, zoe):
    code = invited(clerk, zoe)
    for _ in range(5):
        come(Client(), code, "01/01/1980")

    assert "n’ouvrent aucun espace" in told(come(Client(), code))
    assert Invitation.objects.get().cancelled_at is not None


def test_who_tries_too_often_waits(zoe):
    answers = [come(Client(), "BCDF-GHJK-LMNP").status_code for _ in range(21)]

    assert answers[:20] == [200] * 20
    assert answers[20] == 429


def test_a_code_may_be_typed_in_small_letters_without_dashes(clerk, zoe):
    code = invited(clerk, zoe)

    assert come(Client(), code.lower().replace("-", " ")).status_code == 302


def test_activation_without_a_proof_leads_back_to_the_code():
    assert Client().get(reverse("patientspace:activate")).url == reverse("patientspace:invited")


def test_an_address_in_use_is_refused_and_the_code_still_serves(clerk, zoe):
    access.open_account(email="prise@exemple.invalid", display_name="Autre", by=None, at=timezone.now())
    browser = Client()
    come(browser, invited(clerk, zoe))
    given_ = {"email": "prise@exemple.invalid", "password": PASSWORD, "again": PASSWORD}

    page = browser.post(reverse("patientspace:activate"), given_)
    again = browser.post(reverse("patientspace:activate"), given_ | {"email": "libre@exemple.invalid"})

    assert "Donnez-en une autre" in told(page)
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("changes", "is_let_in"),
    [
        ({}, True),
        ({"given_name": "Léa Anne"}, False),
        ({"given_name": ""}, False),
        ({"family_name": "LAUZE"}, False),
        ({"birthdate": "1979-03-29"}, False),
    ],
    ids=["same", "twin", "no given name", "other name", "other date"],
)
def test_a_code_opens_to_the_citizen_whose_file_it_is_and_to_no_twin(clerk, zoe, changes, is_let_in):
    browser = Client()
    come(browser, invited(clerk, zoe))
    said = {"acr": "eidas2", "family_name": "D’Allègre", "given_name": "Zoé Anne", "birthdate": "1979-03-28"} | changes
    session = browser.session
    session["oauth_citizen"] = asdict(oauth.Pending(said, "sujet", "jeton", "/", time()))
    session.save()

    browser.post(reverse("patientspace:activate"), {"citizen": "1"})

    assert Account.objects.filter(person_id=zoe).exists() is is_let_in
    assert ("_auth_user_id" in browser.session) is is_let_in


def test_the_desk_prints_a_letter_whose_square_holds_the_address(clerk, zoe):
    answer = clerk.post(reverse("patientspace:desk", args=[zoe]), {"means": "letter", "document": ""})

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert Invitation.objects.get().made_by_name == "Denis"


def test_the_desk_gives_nothing_in_hand_without_a_document(clerk, zoe):
    page = clerk.post(reverse("patientspace:desk", args=[zoe]), {"means": "desk", "document": ""})

    assert "pièce d’identité que vous avez vue" in told(page)
    assert not Invitation.objects.exists()


def test_an_sms_bears_the_code_and_nothing_of_health(clerk, zoe):
    LocalIdentity.objects.update(phone="06 12 34 56 78")
    clerk.post(reverse("patientspace:desk", args=[zoe]), {"means": "sms"})

    message = Message.objects.get()
    assert message.template == "space_invitation"
    assert come(Client(), message.words["code"]).status_code == 302
    assert not mail.outbox


def test_a_number_that_takes_no_sms_is_refused(clerk, zoe):
    page = clerk.post(reverse("patientspace:desk", args=[zoe]), {"means": "sms"})

    assert "ne peut pas recevoir de SMS" in told(page)
    assert not Invitation.objects.exists()


def test_a_new_code_ends_the_one_before(clerk, zoe):
    first, second = invited(clerk, zoe), invited(clerk, zoe)

    assert come(Client(), first).status_code == 200
    assert come(Client(), second).status_code == 302


@pytest.mark.parametrize(("years", "status"), [(14, 200), (15, 302)])
def test_below_the_age_a_child_has_no_space_of_their_own(clerk, years, status):
    today = timezone.localdate()
    child, _ = pages.a_person("aphm", given=("Léa",), born=date(today.year - years, 1, 1))

    if status == 200:
        with pytest.raises(invitations.TooYoung):
            invited(clerk, child)
    else:
        assert come(Client(), invited(clerk, child), f"01/01/{today.year - years}").status_code == status


def test_a_clerk_of_another_hospital_finds_no_such_desk(zoe):
    other = pages.client_of("Eva", Role.ADMISSION_CLERK, establishment="arles")

    assert other.get(reverse("patientspace:desk", args=[zoe])).status_code == 404


def test_who_has_a_space_is_not_invited_again(clerk, zoe):
    pages.the_patient(zoe)

    with pytest.raises(invitations.HasASpace):
        invited(clerk, zoe)


def test_the_letter_is_made_and_its_square_is_read():
    letter = Letter("AP-HM", ("Zoé",), "BCDF-GHJK-LMNP", "https://x.invalid/mon-espace/invitation/", BORN, BORN, True)

    assert invitation_pdf(letter).startswith(b"%PDF")
    drawn = zxingcpp.create_barcode(letter.address + letter.code + "/", zxingcpp.BarcodeFormat.QRCode)
    image = zxingcpp.write_barcode_to_image(drawn, scale=4)
    assert zxingcpp.read_barcode(image).text == "https://x.invalid/mon-espace/invitation/BCDF-GHJK-LMNP/"


def pivot(**changes):
    told = {"birth_name": "d’Allègre", "given_names": ("Zoé", "Anne"), "birth_date": BORN, "sex": "F"}
    return franceconnect.Pivot(**(told | {"birth_place": "13055"} | changes))


def test_the_same_five_traits_on_a_checked_file_are_recognised(zoe):
    LocalIdentity.objects.update(status="VALI")

    assert recognise(pivot(), timezone.now()) == zoe


@pytest.mark.parametrize(
    "change",
    [
        {"birth_name": "d’Allègres"},
        {"given_names": ("Zoé",)},
        {"given_names": ("Anne", "Zoé")},
        {"birth_date": date(1979, 3, 29)},
        {"sex": "M"},
        {"birth_place": "13001"},
    ],
)
def test_one_trait_apart_is_somebody_else(zoe, change):
    LocalIdentity.objects.update(status="VALI")

    assert recognise(pivot(**change), timezone.now()) is None


def test_a_file_whose_identity_nobody_checked_opens_to_no_one(zoe):
    LocalIdentity.objects.update(status="PROV")

    assert recognise(pivot(), timezone.now()) is None


def test_two_files_alike_open_to_no_one(zoe):
    pages.a_person("arles")
    LocalIdentity.objects.update(status="VALI")

    assert recognise(pivot(), timezone.now()) is None


WORDS = st.sampled_from(["", "A", "B"])
CIVIL = st.builds(
    Civil,
    WORDS,
    st.sampled_from([(), ("A",), ("A", "B")]),
    st.sampled_from([None, BORN]),
    st.sampled_from(["", "M", "F", "U"]),
    WORDS,
)


@given(CIVIL, CIVIL)
def test_two_holes_are_no_likeness(one, other):
    assert is_same(one, other) == (one == other and one.is_whole and other.is_whole)


@given(st.text("BCDFGHJKLMNPQRSTVWXZ23456789", min_size=12, max_size=12))
def test_what_is_printed_is_read_back(code):
    assert consent.typed_code(consent.shown_code(code).lower()) == code
