"""A letter is written by several hands, signed by one, and never changes after."""

import io
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pikepdf
import pytest
from django.utils import timezone

from passerelle.care.liaison.models import Discharge, Dispatch, Letter
from passerelle.care.liaison.services.letters import begin_correction, save_draft, sign_letter
from passerelle.care.liaison.services.refusals import AlreadySigned, ChangedMeanwhile, LetterIncomplete
from passerelle.care.liaison.tests import cast
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.core.access.api import AccessRefused
from passerelle.protocols import cda
from passerelle.protocols.fhir import api as fhir

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db):
    cast.lay_the_ground()


@pytest.fixture
def at():
    return timezone.now()


@pytest.fixture
def alice():
    return cast.alice()


@pytest.fixture
def stay(at):
    """A stay at the AP-HM that ended two hours ago, of a patient whose doctor is Colette."""
    person_id, local = cast.a_patient("aphm")
    stay_id = pages.a_stay(local, days=4, lasting=4, documents=0, results=0)
    discharge = cast.a_discharge(local, stay_id, left_at=at - timedelta(hours=2))
    return discharge, person_id


def signed(stay_id, by, at, content=cast.WHOLE):
    draft = save_draft(stay_id=stay_id, content=content, seen_at=None, by=by.viewer, at=at)
    return sign_letter(stay_id=stay_id, seen_at=draft.changed_at, by=by.viewer, at=at)


def test_a_signed_letter_is_in_the_record_as_cda_and_pdf_a(stay, alice, at):
    discharge, person_id = stay

    letter = signed(discharge.pk, alice, at)

    resource = fhir.loads(record.read("DocumentReference", letter.document_id).body)
    mimes = [one["attachment"]["contentType"] for one in resource["content"]]
    contents = [
        record.read_content(UUID(one["attachment"]["url"].removeprefix("Binary/"))).content
        for one in resource["content"]
    ]
    assert mimes == ["text/xml", "application/pdf"]
    read = cda.read(contents[0])
    assert read.code == "11490-0"
    assert read.patient.identifiers[0].extension == cast.MATRICULE
    assert "42349-1" in [section.code for section in read.sections]
    with pikepdf.open(io.BytesIO(contents[1])) as opened:
        assert opened.open_metadata().pdfa_status == "3A"
        assert str(opened.Root.Lang) == "fr-FR"
    assert resource["context"]["encounter"] == [{"reference": f"Encounter/{discharge.pk}"}]
    assert Discharge.objects.get(pk=discharge.pk).answered_at == at
    shown = record.documents(alice.viewer, person_id, at=at)
    assert [row.id for row in shown] == [letter.document_id]


def test_an_incomplete_letter_is_kept_and_not_signed(stay, alice, at):
    discharge, _ = stay
    without = replace(cast.WHOLE, texts={**cast.WHOLE.texts, "follow_up": ""})
    draft = save_draft(stay_id=discharge.pk, content=without, seen_at=None, by=alice.viewer, at=at)

    with pytest.raises(LetterIncomplete) as refused:
        sign_letter(stay_id=discharge.pk, seen_at=draft.changed_at, by=alice.viewer, at=at)

    assert [one.code for one in refused.value.lacks] == ["follow_up"]
    assert Letter.objects.get().signed_at is None
    assert Dispatch.objects.count() == 0


def test_a_signed_letter_is_corrected_by_a_new_version_that_replaces_it(stay, alice, at):
    discharge, _ = stay
    first = signed(discharge.pk, alice, at)
    with pytest.raises(AlreadySigned):
        save_draft(stay_id=discharge.pk, content=cast.WHOLE, seen_at=None, by=alice.viewer, at=at)
    later = at + timedelta(minutes=10)

    begun = begin_correction(stay_id=discharge.pk, by=alice.viewer, at=later)
    second = sign_letter(stay_id=discharge.pk, seen_at=begun.changed_at, by=alice.viewer, at=later)

    old = fhir.loads(record.read("DocumentReference", first.document_id).body)
    new = fhir.loads(record.read("DocumentReference", second.document_id).body)
    assert (old["status"], new["status"], second.version) == ("superseded", "current", 2)
    assert new["relatesTo"][0]["target"]["reference"] == f"DocumentReference/{first.document_id}"
    assert Discharge.objects.get().answered_at == at


def test_two_writers_do_not_overwrite_each_other(stay, alice, at):
    discharge, _ = stay
    seen = save_draft(stay_id=discharge.pk, content=cast.WHOLE, seen_at=None, by=alice.viewer, at=at).changed_at
    other = cast.Someone("Dr Ève Mas", cast.Role.CLINICIAN, "aphm")
    save_draft(stay_id=discharge.pk, content=cast.WHOLE, seen_at=seen, by=other.viewer, at=at + timedelta(minutes=1))

    with pytest.raises(ChangedMeanwhile):
        save_draft(stay_id=discharge.pk, content=cast.WHOLE, seen_at=seen, by=alice.viewer, at=at)
    with pytest.raises(ChangedMeanwhile):
        sign_letter(stay_id=discharge.pk, seen_at=seen, by=alice.viewer, at=at)


@pytest.mark.parametrize("who", [cast.bob, cast.colette])
def test_only_a_clinician_of_the_stay_writes_its_letter(stay, who, at):
    discharge, _ = stay

    with pytest.raises(AccessRefused):
        save_draft(stay_id=discharge.pk, content=cast.WHOLE, seen_at=None, by=who().viewer, at=at)


def test_a_stay_that_is_not_known_is_refused_as_one_that_is_not_yours(alice, at):
    with pytest.raises(AccessRefused):
        save_draft(stay_id=uuid4(), content=cast.WHOLE, seen_at=None, by=alice.viewer, at=at)
