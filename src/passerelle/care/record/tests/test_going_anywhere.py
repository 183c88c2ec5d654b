from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from passerelle.core.access import api as access
from passerelle.core.directory import api as directory

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def as_persona(client: Client, settings, db):
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    access.ensure_personas(at=AT)

    def enter(code: str) -> Client:
        client.post(reverse("access:persona", args=[code]))
        return client

    return enter


def test_a_name_typed_goes_by_post_and_stays_out_of_addresses(as_persona):
    page = as_persona("clinicien").post(reverse("ui:palette"), {"text": "MARTIN"}).content.decode()

    assert "Chercher le patient «\u00a0MARTIN\u00a0»" in page
    assert '<input type="hidden" name="text" value="MARTIN">' in page
    assert "?text=" not in page


def test_the_dialog_receives_only_the_places(as_persona):
    answer = as_persona("clinicien").post(reverse("ui:palette"), {"text": "patient"}, headers={"HX-Request": "true"})

    assert b"<html" not in answer.content
    assert b"data-palette-place" in answer.content


def test_what_is_typed_is_shown_as_text(as_persona):
    page = as_persona("clinicien").post(reverse("ui:palette"), {"text": '"><script>x</script>'}).content.decode()

    assert "<script>x" not in page


def test_a_visitor_is_asked_to_sign_in(client: Client, db):
    assert client.get(reverse("ui:palette")).status_code == 302
