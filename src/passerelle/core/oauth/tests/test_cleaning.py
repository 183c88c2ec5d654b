"""What is worth nothing any more is deleted; what says who could read, and when, is kept."""

from datetime import timedelta

import pytest
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from passerelle.core.oauth.models import Authorisation, LaunchTicket, UsedAssertion
from passerelle.core.oauth.services.cleaning import clean
from passerelle.core.oauth.tests import smart_cast as smart

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patients():
    with smart.known_patients():
        yield


def test_what_is_past_its_time_goes_and_what_was_allowed_stays(monkeypatch):
    app, _ = smart.application()
    nadine = smart.signed_in()
    smart.tokens(nadine, app, allowed=["patient/Patient.r"])
    smart.consent(nadine, app)  # a yes whose code nobody exchanges
    UsedAssertion.objects.create(application=app, jti_digest="a" * 64, expires_at=timezone.now())
    LaunchTicket.objects.create(
        digest="b" * 64,
        account_id=Authorisation.objects.first().account_id,
        application=app,
        patient_id=smart.PATIENT,
        person_id=smart.PERSON,
        expires_at=timezone.now(),
    )
    clean(at=timezone.now() - timedelta(minutes=1))
    assert get_access_token_model().objects.count() == 1
    assert Authorisation.objects.count() == 2

    later = timezone.now() + timedelta(days=3)
    monkeypatch.setattr(timezone, "now", lambda: later)
    clean(at=later)

    assert not get_access_token_model().objects.exists()
    assert Authorisation.objects.get().scopes == ["openid", "fhirUser", "launch/patient", "patient/Patient.r"]
    assert not UsedAssertion.objects.exists()
    assert not LaunchTicket.objects.exists()
