"""The same messages give the same rows, applied in a group or one by one."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from passerelle.care.exchange.api import apply_one, apply_waiting, receive, route_new_messages
from passerelle.care.exchange.models import Message, State
from passerelle.care.identity.models import LocalIdentity, Membership
from passerelle.core.directory import api as directory
from passerelle.protocols import ins

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
AUTHORITY = "CHU-X&000897406&N"
PATIENTS = ("1", "2", "3")
TRIGGERS = {
    "A28": "A05",
    "A31": "A05",
    "A01": "A01",
    "A02": "A02",
    "A03": "A03",
    "A11": "A09",
    "A40": "A39",
    "A47": "A30",
}
ACTS = st.lists(
    st.tuples(st.sampled_from(sorted(TRIGGERS)), st.sampled_from(PATIENTS), st.integers(0, 5), st.booleans()),
    min_size=2,
    max_size=14,
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHOWN = (
    "SELECT local.ipp, local.status, local.birth_name, local.phone, local.ins_matricule, local.trait_moments::text,"
    " survivor.ipp FROM identity_localidentity local"
    " LEFT JOIN identity_localidentity survivor ON survivor.id = local.superseded_by_id",
    "SELECT local.ipp, person.ins_matricule, held.until IS NULL, held.reason, (SELECT count(*) FROM identity_membership"
    " other WHERE other.person_id = held.person_id AND other.until IS NULL) FROM identity_membership held"
    " JOIN identity_localidentity local ON local.id = held.local_identity_id"
    " JOIN identity_person person ON person.id = held.person_id",
    "SELECT local.ipp, other.type, other.value, other.is_current FROM identity_identifier other"
    " JOIN identity_localidentity local ON local.id = other.local_identity_id",
    "SELECT local.ipp, kept.type, kept.version, kept.body FROM record_resource kept"
    " JOIN identity_localidentity local ON local.id = kept.local_identity_id",
    "SELECT local.ipp, kept.type, kept.version, kept.body FROM record_version kept"
    " JOIN identity_localidentity local ON local.id = kept.local_identity_id",
    "SELECT local.ipp, event.trigger, event.content::text FROM record_stayevent event"
    " JOIN identity_localidentity local ON local.id = event.local_identity_id",
    "SELECT control_id, state, error_where, error_why FROM exchange_message",
)


def a_message(rank, trigger, ipp, step, *, is_qualified):
    """Return a message on a patient at a moment; the order of arrival is not that of the moments."""
    moment = f"{AT + timedelta(hours=step):%Y%m%d%H%M%S}"
    body = f"27903510000{ipp:0>2}"
    number = f"~{body}{ins.compute_key(body)}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS" if is_qualified else ""
    status = "VALI" if is_qualified else "PROV"
    segments = [
        f"MSH|^~\\&|GAM|CHU-X|PASSERELLE|GHT|{moment}||ADT^{trigger}^ADT_{TRIGGERS[trigger]}|M{rank}|T|2.5^FRA^2.11|||||FRA|"
        "UNICODE UTF-8|||2.11^IHE_FRANCE-2.11-PAM",
        f"EVN||{moment}||||{moment}",
        f"PID|1||{ipp}^^^{AUTHORITY}^PI{number}||ESSAI{step}^CAMILLE^CAMILLE^^^^L||19790328|F|||||^PRN^PH^^^^^^^^^04910000{rank:02}"
        f"|||||N{ipp}^^^{AUTHORITY}^AN|||||||1||||||N|{status}|{moment}",
    ]
    if trigger == "A40":
        segments.append(f"MRG|{int(ipp) % 3 + 1}^^^{AUTHORITY}^PI")
    if trigger == "A47":
        segments.append("MRG|279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS")
    if trigger in {"A01", "A02", "A03", "A11"}:
        segments += [
            f"PV1|1|I|CHIR^101^1^CHU-X|R||||||||||||||||V{ipp}^^^{AUTHORITY}^VN{'|' * 25}{moment}",
            f"ZBE|Z{rank}^CHU-X^000897406|{moment}||INSERT|N||U{step}^^^^^{AUTHORITY}^UF^^^6268||HMS",
        ]
    return ("\r".join(segments) + "\r").encode()


def rows_shown():
    with connection.cursor() as cursor:
        shown = []
        for sql in _SHOWN:
            cursor.execute(sql)
            shown.append(sorted(_UUID.sub("id", repr(row)) for row in cursor.fetchall()))
    return shown


def in_groups():
    while apply_waiting(clock=lambda: AT):
        pass


def one_by_one():
    while apply_one(clock=lambda: AT):
        pass


def outcome_of(way):
    """Return what a way of applying makes of what waits; undone afterwards."""
    with transaction.atomic():
        way()
        shown = rows_shown()
        transaction.set_rollback(True)
    return shown


class Groups(TestCase):
    def setUp(self):
        directory.load_directory(at=AT, demo=True)

    @settings(max_examples=25)
    @given(acts=ACTS)
    def test_a_group_does_what_its_messages_do_one_by_one(self, acts):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.conf.settings.DEMO", True)
            answers = [
                receive(a_message(rank, trigger, ipp, step, is_qualified=known), peer="peer", at=AT)
                for rank, (trigger, ipp, step, known) in enumerate(acts)
            ]
        assert all(b"|AA|" in answer for answer in answers), answers
        while route_new_messages():
            pass

        assert outcome_of(in_groups) == outcome_of(one_by_one)


@pytest.mark.django_db
@pytest.mark.parametrize("held_before", [True, False])
def test_files_of_one_qualified_ins_in_a_group_are_one_person(caplog, settings, held_before):
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    told = [a_message(rank, "A28", ipp, 0, is_qualified=True) for rank, ipp in enumerate(PATIENTS)]
    shared = told[0].split(b"~")[2].split(b"^")[0]
    told = [re.sub(rb"~\w+\^", b"~" + shared + b"^", one) for one in told]
    receive(told[0], peer="peer", at=AT)
    if held_before:
        route_new_messages()
        in_groups()
    for one in told[1:]:
        receive(one, peer="peer", at=AT)
    route_new_messages()

    with caplog.at_level("INFO"):
        in_groups()

    held = Membership.objects.filter(until=None)
    assert "group undone" not in caplog.text
    assert (held.count(), held.values("person").distinct().count()) == (3, 1)


@pytest.mark.django_db
def test_a_group_of_admissions_is_applied_without_being_undone(caplog, settings):
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    acts = [("A28", 0), ("A01", 1), ("A02", 2), ("A03", 3)]
    for rank, (trigger, step) in enumerate(acts * 3):
        ipp = PATIENTS[rank // 4]
        receive(a_message(rank, trigger, ipp, step, is_qualified=rank % 2 == 0), peer="peer", at=AT)
    route_new_messages()

    with caplog.at_level("INFO"):
        assert apply_waiting(clock=lambda: AT) == 12

    assert "group undone" not in caplog.text
    assert set(Message.objects.values_list("state", flat=True)) == {State.APPLIED}
    assert LocalIdentity.objects.count() == 3
