"""Every cell of the MSSanté truth table: each combination of inputs has one row, or an error with its words."""

from __future__ import annotations

from itertools import product

import pytest

from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.pamfr import mssante
from passerelle.protocols.pamfr.tests import samples

CELLS = [
    frozenset(name for name, is_on in zip(mssante.INPUTS, cell, strict=True) if is_on)
    for cell in product((False, True), repeat=len(mssante.INPUTS))
]


def told(flags):
    try:
        found = mssante.route(flags)
    except mssante.RoutingRefused as refusal:
        return refusal.code
    return found.to_professionals, found.to_patient


def published(flags):
    """The same rules as conditions rather than as rows, from the prose of the specification."""
    is_mail_to_professionals, is_mail_to_patient = "DESTMSSANTEPS" in flags, "DESTMSSANTEPAT" in flags
    masked, hidden = "MASQUE_PS" in flags, "INVISIBLE_PATIENT" in flags
    guarded, secret = "INVISIBLE_REP_LEGAUX" in flags, "CONNEXION_SECRETE" in flags
    if not (is_mail_to_professionals or is_mail_to_patient):
        return False, False
    if secret:
        return None
    if is_mail_to_professionals:
        fits = not masked and not guarded and hidden != is_mail_to_patient
    else:
        fits = not hidden and "DESTDMP" not in flags
    return (is_mail_to_professionals, is_mail_to_patient) if fits else None


def test_the_1024_cells_say_what_the_specification_says():
    differing = [
        flags for flags in CELLS if (told(flags) if isinstance(told(flags), tuple) else None) != published(flags)
    ]

    assert differing == []


def test_no_cell_has_two_rows():
    assert max(sum(row.matches(flags) for row in mssante.ROWS) for flags in CELLS) == 1


def test_every_impossible_cell_says_why_in_words_of_its_own():
    refused = [told(flags) for flags in CELLS if isinstance(told(flags), str)]

    assert set(refused) == {code for code, *_ in mssante.IMPOSSIBLE}
    assert len(refused) == len(CELLS) - sum(1 for flags in CELLS if published(flags) is not None)


def test_asking_for_receipts_changes_no_route():
    quiet = {"ACK_RECEPTION", "ACK_LECTURE_MSS", "MODIF_CONF_CODE"}

    assert all(told(flags) == told(flags - quiet) for flags in CELLS)


def test_publication_goes_beside_the_mail_it_is_asked_with():
    assert mssante.route(frozenset({"DESTDMP"})).to_dmp
    assert not mssante.route(frozenset()).to_dmp


@pytest.mark.parametrize(
    ("reliability", "flags", "expected"),
    [
        ("VALI", {"DESTDMP"}, None),
        ("PROV", {"DESTDMP"}, "la publication au DMP demande une identité qualifiée"),
        ("PROV", {"DESTMSSANTEPAT"}, "la messagerie du patient demande une identité qualifiée"),
        ("PROV", {"DESTMSSANTEPS", "INVISIBLE_PATIENT"}, None),
    ],
)
def test_only_mail_to_professionals_does_without_a_qualified_identity(reliability, flags, expected):
    pid = samples.PID.replace("VALI~FICT", reliability)
    patient = pamfr.read(hl7v2.parse(samples.adt("A28", pid))).patient

    assert mssante.identity_refusal(mssante.route(frozenset(flags)), patient) == expected
    assert (mssante.patient_mailbox(patient) is None) == (reliability == "PROV")


def test_the_flags_of_a_message_are_those_of_the_table():
    routing = pamfr.DocumentRouting(to_dmp=True, to_professionals=True, wants_mss_receipt=True)

    assert mssante.flags_of(routing, frozenset({"INVISIBLE_PATIENT"})) == {
        "DESTDMP",
        "DESTMSSANTEPS",
        "ACK_RECEPTION",
        "INVISIBLE_PATIENT",
    }
