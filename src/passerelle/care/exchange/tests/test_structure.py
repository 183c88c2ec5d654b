"""A structure message, from its bytes to the directory."""

import pytest

from passerelle.care.exchange.api import apply_waiting, receive, route_new_messages
from passerelle.care.exchange.effects import effects_of
from passerelle.care.exchange.handlers import Inbound
from passerelle.care.exchange.models import Message, State
from passerelle.care.exchange.tests.samples import AT
from passerelle.core.audit.models import AuditEvent
from passerelle.core.directory import api as directory
from passerelle.protocols import hl7v2, pamfr

pytestmark = pytest.mark.django_db

UNIT, DEPARTMENT, SITE, BED = "^^^^^UF^^^^6268", "^^^^^D^^^^CARD", "^^^^^ETBL_GRPQ^^^^N1", "^^^^^B^^^^12A"


def place(key, *lines, action="MAD"):
    return [f"MFE|{action}|||{key}|PL", f"LOC|{key}||{key.split('^')[5]}", *lines]


def label(key, name, text):
    return f"LCH|{key}|||{name}^x^L|^{text}"


def mfn(control_id, *places, facility="CHU-X"):
    header = (
        f"MSH|^~\\&|STR|{facility}|DPI|GHT|20260302101500||MFN^M05^MFN_M05|{control_id}|P|2.5|||||FRA|UNICODE UTF-8"
    )
    return "\r".join(
        [header, "MFI|LOC||UPD||20260302101500|AL", *(line for one in places for line in one), ""]
    ).encode()


STRUCTURE = (
    place(SITE, label(SITE, "LBL", "Site d’essai"), label(SITE, "FNS", "990009901")),
    place(DEPARTMENT, label(DEPARTMENT, "LBL", "Cardiologie"), f"LRL|{DEPARTMENT}|||LCLSTN^x^L||{SITE}"),
    place(UNIT, label(UNIT, "LBL", "Cardiologie, lits"), f"LRL|{UNIT}|||LCLSTN^x^L||{DEPARTMENT}"),
    place(BED, f"LRL|{BED}|||LCLSTN^x^L||{UNIT}"),
)


def send(*messages):
    answers = [receive(raw, peer="peer", at=AT) for raw in messages]
    while route_new_messages() + apply_waiting(clock=lambda: AT):
        pass
    return answers


def test_a_structure_message_is_accepted_and_places_the_units_of_its_hospital(facility):
    assert directory.site_of_unit("essai", "6268") is None

    (answer,) = send(mfn("S1", *STRUCTURE))

    assert b"MSA|AA|S1" in answer
    assert Message.objects.get().state == State.APPLIED
    assert directory.site_of_unit("essai", "6268").name == "Site d’essai"


def test_the_import_leaves_a_trace_with_its_counts_and_no_name(facility):
    send(mfn("S1", *STRUCTURE))

    event = AuditEvent.objects.get(action="structure_imported")
    assert event.detail["created"] == 4
    assert "Cardiologie" not in str(event.detail)


def test_two_structures_of_one_hospital_are_applied_in_their_order(facility):
    renamed = place(UNIT, label(UNIT, "LBL", "USIC"), f"LRL|{UNIT}|||LCLSTN^x^L||{DEPARTMENT}", action="MUP")

    send(mfn("S1", *STRUCTURE), mfn("S2", renamed))

    assert [one.label for one in directory.units() if one.code == "6268"] == ["USIC"]
    assert Message.objects.filter(lane=None).count() == 0
    assert Message.objects.values("lane").distinct().count() == 1


def test_a_structure_from_nobody_known_is_refused_and_changes_nothing(facility):
    (answer,) = send(mfn("S1", *STRUCTURE, facility="INCONNU"))

    assert b"MSA|AE|S1" in answer
    assert directory.site_of_unit("essai", "6268") is None


def test_the_page_of_the_message_tells_each_place_it_changed(facility):
    send(mfn("S1", *STRUCTURE))

    stored = Message.objects.get()
    message = hl7v2.parse(bytes(stored.raw))
    inbound = Inbound(stored.pk, "essai", "STR", AT, pamfr.read(message), message)
    told = [(one.title, one.text) for one in effects_of(inbound)]

    assert told[0] == ("Entité géographique N1 – Site d’essai", "Créé")
    assert told[-1] == ("Lit 12A", "Créé")
