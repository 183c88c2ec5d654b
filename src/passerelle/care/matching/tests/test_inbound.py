"""What messages say of a birth reaches the matcher."""

from uuid import uuid4

import pytest
from msgspec.structs import replace

from passerelle.care.exchange.api import Inbound
from passerelle.care.identity.inbound import handle as identity_handles
from passerelle.care.identity.tests.cast import NOON, adt, at, patient
from passerelle.care.matching.inbound import handle
from passerelle.care.matching.models import BirthNote, Waiting
from passerelle.protocols import hl7v2

pytestmark = pytest.mark.usefixtures("hospitals")


def arrives(pid="", when=NOON):
    raw = f"MSH|^~\\&|GAM|X|DPI|X|20260302120000||ADT^A28|1|P|2.5\rPID|1||1^^^APHM{pid}\r".encode()
    event = replace(adt("A28", patient("1")), recorded_at=when)
    inbound = Inbound(uuid4(), "aphm", "GAM", when, event, hl7v2.parse(raw))
    identity_handles(inbound)
    handle(inbound)


def pid(mother="", is_multiple="", order=""):
    return "|" * 18 + f"{mother}|||{is_multiple}|{order}"


def test_the_mother_and_the_birth_rank_are_kept():
    arrives(pid("77^^^APHM&1.2.0&ISO^PI", "Y", "2"))

    note = BirthNote.objects.get()
    assert (note.mother, note.is_multiple_birth, note.birth_order) == ("1.2.0|77", True, "2")


def test_a_message_that_says_nothing_of_a_birth_leaves_no_note():
    arrives(pid())

    assert not BirthNote.objects.exists()


def test_an_older_message_does_not_overwrite_a_newer_note():
    arrives(pid(order="2"), when=at(2))
    arrives(pid(order="1"), when=at(1))

    assert BirthNote.objects.get().birth_order == "2"


def test_a_new_note_has_the_file_matched_again():
    arrives()
    Waiting.objects.all().delete()

    arrives(pid(order="2"), when=at(1))

    assert Waiting.objects.count() == 1
