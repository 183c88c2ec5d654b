"""Two factors, always; every step leaves an event; nobody registers alone."""

import re
from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.access.tests.cast import (
    AT,
    PASSWORD,
    account,
    code_of,
    give_password,
    load_places,
    sign_in,
    with_codes,
)
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def _events(action):
    return AuditEvent.objects.filter(action=action)


def _shown_secret(page):
    return re.search(r"<code>([A-Z2-7]+)</code>", page.content.decode()).group(1)


def test_a_password_alone_leads_to_enrolment(client):
    alice = account("alice", Role.DPO)

    give_password(client, alice)

    assert client.get(reverse("access:matrix")).url == reverse("access:second_factor")


def test_enrolling_codes_opens_the_session(client):
    alice = account("alice", Role.DPO)
    give_password(client, alice)
    secret = _shown_secret(client.get(reverse("mfa_activate_totp")))

    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})

    assert answer.url == reverse("mfa_view_recovery_codes")
    assert b"Notez-les" in client.get(answer.url).content
    assert client.get(reverse("access:matrix")).status_code == 200
    assert _events("second_factor_changed").filter(account_id=alice.pk, detail={"added": "totp"}).exists()


def test_a_wrong_code_does_not_enrol(client):
    alice = account("alice", Role.DPO)
    give_password(client, alice)
    secret = _shown_secret(client.get(reverse("mfa_activate_totp")))
    right = code_of(secret)
    wrong = str((int(right) + 7) % 1_000_000).zfill(6)

    page = client.post(reverse("mfa_activate_totp"), {"code": wrong})

    assert page.status_code == 200
    assert "Ce code n’est pas le bon" in page.content.decode()
    assert client.get(reverse("access:matrix")).status_code == 302


def test_the_next_sign_in_asks_for_the_code(client):
    alice = account("alice", Role.DPO)
    secret = with_codes(alice)

    answer = give_password(client, alice)

    assert answer.url == reverse("mfa_authenticate")
    assert client.get(reverse("access:matrix")).url.startswith(reverse("account_login"))
    client.post(answer.url, {"code": code_of(secret)})
    assert client.get(reverse("access:matrix")).status_code == 200
    signed_in = _events("signed_in").get(account_id=alice.pk)
    assert signed_in.detail == {"methods": ["password", "mfa"]}


def test_a_code_serves_once(client, client_of_another):
    alice = account("alice", Role.DPO)
    secret = with_codes(alice)
    code = code_of(secret)
    give_password(client, alice)
    client.post(reverse("mfa_authenticate"), {"code": code})

    give_password(client_of_another, alice)
    client_of_another.post(reverse("mfa_authenticate"), {"code": code})

    assert client_of_another.get(reverse("access:matrix")).status_code == 302


def test_a_wrong_code_leaves_an_event_and_opens_nothing(client):
    alice = account("alice", Role.DPO)
    with_codes(alice)
    give_password(client, alice)

    page = client.post(reverse("mfa_authenticate"), {"code": "abcdef"})

    assert "Ce code n’est pas le bon" in page.content.decode()
    assert _events("second_factor_failed").get().account_id == alice.pk
    assert client.get(reverse("access:matrix")).status_code == 302


def test_a_wrong_password_leaves_an_event_without_the_address(client):
    alice = account("alice", Role.DPO)

    page = give_password(client, alice, "mauvais")

    assert page.status_code == 200
    event = _events("sign_in_failed").get()
    assert event.outcome == "denied"
    assert "alice" not in f"{event.target}{event.detail}{event.actor_name}"


def test_an_unknown_address_gets_the_same_page_as_a_wrong_password(client):
    account("alice", Role.DPO)

    known = client.post("/connexion/", {"login": "alice@exemple.invalid", "password": "mauvais"})
    unknown = client.post("/connexion/", {"login": "carol@exemple.invalid", "password": "mauvais"})

    def neutral(page, name):
        text = page.content.decode().replace(name, "X")
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)

    assert neutral(known, "alice") == neutral(unknown, "carol")


def test_sign_in_is_limited(client):
    alice = account("alice", Role.DPO)

    pages = [give_password(client, alice, f"essai {number}") for number in range(6)]

    assert "Trop de tentatives" in pages[-1].content.decode()
    assert "Trop de tentatives" in give_password(client, alice, PASSWORD).content.decode()


def test_signing_out_leaves_an_event(client):
    alice = account("alice", Role.DPO)
    sign_in(client, alice)

    client.post(reverse("account_logout"))

    assert _events("signed_out").get().account_id == alice.pk
    assert client.get(reverse("access:matrix")).status_code == 302


def test_nobody_registers_alone(client):
    answer = client.post("/inscription/", {"email": "mallory@exemple.invalid", "password1": PASSWORD})

    assert answer.url == reverse("account_login")
    assert not access.viewer_of(account("bob"), on=AT.date(), second_factor=True).roles


def test_a_session_older_than_the_second_factor_starts_again(client, client_of_another):
    alice = account("alice", Role.DPO)
    give_password(client, alice)
    with_codes(alice)

    answer = client.get(reverse("mfa_add_webauthn"))

    assert answer.url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_the_last_second_factor_cannot_be_removed(client):
    alice = account("alice", Role.DPO)
    sign_in(client, alice)

    page = client.post(reverse("mfa_deactivate_totp"))

    assert "dernier second facteur" in page.content.decode()
    assert Authenticator.objects.filter(user=alice, type="totp").exists()


def test_the_secret_of_the_codes_is_not_readable_in_the_database():
    alice = account("alice")

    secret = with_codes(alice)

    stored = Authenticator.objects.get(user=alice, type="totp").data
    assert secret not in str(stored)


def test_a_recovery_code_counts_as_the_second_factor(client):
    alice = account("alice", Role.DPO)
    give_password(client, alice)
    secret = _shown_secret(client.get(reverse("mfa_activate_totp")))
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    code = re.findall(r"<code>(\d+)</code>", page)[0]
    client.post(reverse("account_logout"))

    give_password(client, alice)
    client.post(reverse("mfa_authenticate"), {"code": code})

    assert client.get(reverse("access:matrix")).status_code == 200


def test_a_role_taken_back_is_gone_at_the_next_request(client):
    load_places()
    alice = account("alice", Role.DPO)
    sign_in(client, alice)
    assert client.get(reverse("access:matrix")).status_code == 200

    access.end_role(assignment_id=alice.assignments.get().pk, ends_on=date(2021, 1, 1), by=None, at=AT)

    assert client.get(reverse("access:matrix")).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_generate_recovery_codes",
        "account_change_password",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "account_logout",
    ],
)
def test_every_page_of_the_account_is_in_french(client, name):
    alice = account("alice", Role.DPO)
    sign_in(client, alice)

    page = client.get(reverse(name), follow=True)

    text = page.content.decode()
    assert page.status_code == 200
    assert '<html lang="fr"' in text
    assert not re.search(r"\b(Sign|Password|Authenticator|Security|Add|Code:|Confirm Access)\b", _visible(text))


def _visible(text):
    body = text.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"<script.*?</script>|<[^>]+>", " ", body, flags=re.DOTALL)


def test_pages_behind_sign_in_are_not_kept_by_browsers(client):
    alice = account("alice", Role.DPO)
    sign_in(client, alice)

    assert "no-store" in client.get(reverse("access:matrix"))["Cache-Control"]


def test_a_machine_without_session_is_told_so(client):
    answer = client.get(reverse("access:matrix"), headers={"accept": "application/fhir+json"})

    assert answer.status_code == 401


def test_a_fragment_asked_without_session_leads_the_page_to_sign_in(client):
    answer = client.get(reverse("access:matrix"), headers={"hx-request": "true"})

    assert answer["HX-Redirect"].startswith(reverse("account_login"))
