"""The code by SMS or e-mail of a patient: chosen, sent, taken once, and asked at each sign-in."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.notify.models import Message
from passerelle.core.oauth.models import ContactFactor, SentCode
from passerelle.core.oauth.services import sent_codes
from passerelle.core.oauth.tests import cast

pytestmark = pytest.mark.django_db
PASSWORD = "une petite phrase bien à moi"
CHOOSE, FIRST, STEP = (reverse(f"oauth:{name}") for name in ("choose_way", "first_code", "sent_code"))


@pytest.fixture
def zoe():
    account = access.open_account(
        email="zoe@exemple.invalid", display_name="Zoé", person_id=uuid4(), by=None, at=cast.AT
    )
    access.set_password(account=account, password=PASSWORD, by=None, at=cast.AT)
    access.grant_role(
        account=account, role=Role.PATIENT, establishment=None, starts_on=cast.AT.date(), by=None, at=cast.AT
    )
    return account


def signed_in_with_one_factor():
    client = cast.browser()
    client.post(reverse("account_login"), {"login": "zoe@exemple.invalid", "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def last_code():
    return Message.objects.order_by("-pk").first().words["code"]


def enrolled():
    client = signed_in_with_one_factor()
    client.post(CHOOSE, {"way": "sms", "phone": "06 12 34 56 78"})
    client.post(FIRST, {"code": last_code()})
    return client


def test_a_patient_chooses_codes_by_sms_and_is_in(zoe):
    client = enrolled()

    assert client.get("/annuaire/").status_code == 200
    assert ContactFactor.objects.get().address == "+33612345678"
    assert Message.objects.get().template == "sign_in_code_sms"


def test_codes_may_go_by_mail(zoe):
    client = signed_in_with_one_factor()
    client.post(CHOOSE, {"way": "email", "email": "Zoe@exemple.invalid"})
    client.post(FIRST, {"code": last_code()})

    assert client.get("/annuaire/").status_code == 200
    assert ContactFactor.objects.get().address == "zoe@exemple.invalid"


def test_a_number_typed_wrong_is_changed_before_the_first_code(zoe):
    client = signed_in_with_one_factor()
    client.post(CHOOSE, {"way": "sms", "phone": "06 12 34 56 79"})

    assert f'href="{CHOOSE}"' in client.get(FIRST).content.decode()
    client.post(CHOOSE, {"way": "sms", "phone": "06 12 34 56 78"})
    client.post(FIRST, {"code": last_code()})
    assert ContactFactor.objects.get().address == "+33612345678"


def test_the_next_sign_in_asks_for_a_code_before_anything(zoe):
    enrolled()
    again = signed_in_with_one_factor()

    assert again.get("/annuaire/").url.startswith(reverse("oauth:second_step"))
    assert again.get(reverse("mfa_activate_totp")).url.startswith(reverse("oauth:second_step"))
    assert again.get(CHOOSE).url.startswith(reverse("oauth:second_step"))
    again.post(STEP, {"send": "1"})
    answer = again.post(f"{STEP}?next=/annuaire/", {"code": last_code()})
    assert answer.url == "/annuaire/"
    assert again.get("/annuaire/").status_code == 200


def test_the_page_hides_the_number(zoe):
    enrolled()
    page = cast.told(signed_in_with_one_factor().get(STEP))

    assert "06 12 34 56 78" not in page
    assert "finit par" in page


@pytest.mark.parametrize("wrong", ["000000", "12 34", "abcdef", ""])
def test_another_code_opens_nothing(zoe, wrong):
    client = signed_in_with_one_factor()
    client.post(CHOOSE, {"way": "sms", "phone": "0612345678"})
    if last_code() == wrong:
        pytest.skip("one chance in a million")

    assert client.post(FIRST, {"code": wrong}).status_code == 200
    assert not ContactFactor.objects.exists()


def test_a_code_serves_once(zoe):
    client = enrolled()

    with pytest.raises(sent_codes.WrongCode):
        sent_codes.take_code(account=zoe, code=last_code(), at=timezone.now())
    assert client.get("/annuaire/").status_code == 200


@pytest.mark.parametrize(("minutes", "is_good"), [(9, True), (10, False)])
def test_a_code_serves_ten_minutes(zoe, minutes, is_good):
    at = timezone.now()
    sent_codes.send_code(account=zoe, channel="sms", address="0612345678", at=at)
    later = at + timedelta(minutes=minutes)

    if is_good:
        sent_codes.take_code(account=zoe, code=last_code(), at=later)
    else:
        with pytest.raises(sent_codes.WrongCode):
            sent_codes.take_code(account=zoe, code=last_code(), at=later)


def test_five_false_codes_end_the_good_one(zoe):
    at = timezone.now()
    sent_codes.send_code(account=zoe, channel="sms", address="0612345678", at=at)
    good = last_code()
    for _ in range(5):
        with pytest.raises(sent_codes.WrongCode):
            sent_codes.take_code(account=zoe, code="x", at=at)

    with pytest.raises(sent_codes.WrongCode):
        sent_codes.take_code(account=zoe, code=good, at=at)


def test_five_codes_an_hour_and_no_more(zoe):
    at = timezone.now()
    for _ in range(5):
        sent_codes.send_code(account=zoe, channel="sms", address="0612345678", at=at)

    with pytest.raises(sent_codes.TooManyCodes):
        sent_codes.send_code(account=zoe, channel="sms", address="0612345678", at=at)
    sent_codes.send_code(account=zoe, channel="sms", address="0612345678", at=at + timedelta(hours=1))


def test_only_the_digest_of_a_code_is_kept_here(zoe):
    sent_codes.send_code(account=zoe, channel="sms", address="0612345678", at=timezone.now())

    assert last_code() not in str(SentCode.objects.values().get())


@pytest.mark.parametrize(("way", "told"), [("sms", {"phone": "01 23"}), ("sms", {"phone": ""}), ("email", {})])
def test_where_nothing_can_be_sent_is_said(zoe, way, told):
    client = signed_in_with_one_factor()

    page = client.post(CHOOSE, {"way": way} | told)

    assert page.status_code == 200
    assert not SentCode.objects.exists()


def test_professionals_have_no_such_means(client):
    account = access.open_account(email="pro@exemple.invalid", display_name="Alice", by=None, at=cast.AT)
    client.force_login(account)

    assert client.get(CHOOSE).status_code == 404
    assert client.get(FIRST).status_code == 404
    assert client.get(STEP).status_code == 404
