"""The four trust statuses. Source: RNIV, EXI SI 07 and SI 09; guide d'implémentation de l'INS, EXI ID 24 and 26."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.protocols.ins import (
    IdentityStatus,
    TrustEvent,
    TrustFacts,
    facts_of,
    hl7_code,
    may_hold_ins,
    status_after,
    status_of_fhir,
    trust_status,
)

PROV, VALI, RECUP, QUAL = IdentityStatus
V2 = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445"
RNIV = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-identity-status"

# Rows: what happens; columns: from provisional, validated, recovered, qualified.
MACHINE = {
    TrustEvent.EVIDENCE_CHECKED: (VALI, VALI, QUAL, QUAL),
    TrustEvent.EVIDENCE_WITHDRAWN: (PROV, PROV, RECUP, RECUP),
    TrustEvent.INSI_FOUND: (RECUP, QUAL, RECUP, QUAL),
    TrustEvent.INSI_NONE: (PROV, VALI, RECUP, QUAL),
    TrustEvent.INSI_SEVERAL: (PROV, VALI, RECUP, QUAL),
    TrustEvent.INS_REMOVED: (PROV, VALI, PROV, VALI),
    TrustEvent.BIRTH_DATE_CORRECTED: (PROV, VALI, PROV, VALI),
    TrustEvent.DOUBTED: (PROV, PROV, PROV, PROV),
}
STEPS = [
    (before, event, after) for event, row in MACHINE.items() for before, after in zip(IdentityStatus, row, strict=True)
]
attributes = st.frozensets(st.sampled_from(["HOMA", "DOUT", "FICT", "HOMD"]))


def test_the_table_tells_every_event():
    assert set(MACHINE) == set(TrustEvent)


@pytest.mark.parametrize(("before", "event", "after"), STEPS)
def test_each_event_leads_from_each_status_to_one_status(before, event, after):
    assert status_after(before, event) == after


@pytest.mark.parametrize("status", list(IdentityStatus))
def test_a_status_and_its_two_facts_say_the_same(status):
    assert trust_status(facts_of(status)) == status


@given(st.sampled_from(list(IdentityStatus)), st.sampled_from(list(TrustEvent)), attributes)
def test_a_doubtful_or_fictitious_identity_is_provisional_whatever_happens(status, event, held):
    after = status_after(status, event, attributes=held | {"DOUT"})

    assert after is PROV
    assert status_after(status, event, attributes=held | {"FICT"}) is PROV
    assert not may_hold_ins(held | {"FICT"})


@given(st.lists(st.sampled_from(list(TrustEvent)), max_size=8))
def test_a_homonym_follows_the_same_way_as_anybody(events):
    alone = homonym = PROV
    for event in events:
        alone, homonym = status_after(alone, event), status_after(homonym, event, attributes={"HOMA"})

    assert alone == homonym


@given(st.sampled_from(list(IdentityStatus)), st.sampled_from(list(TrustEvent)))
def test_a_corrected_birth_date_is_never_recovered_nor_qualified(status, event):
    assert status_after(status, event, is_birth_date_corrected=True) in {PROV, VALI}


def test_only_both_facts_qualify():
    qualified = [facts for facts in product([False, True], repeat=2) if trust_status(TrustFacts(*facts)) is QUAL]

    assert qualified == [(True, True)]


@pytest.mark.parametrize(("status", "code"), [(PROV, "PROV"), (VALI, "VALI"), (RECUP, "PROV"), (QUAL, "VALI")])
def test_pid_32_says_validated_or_not(status, code):
    assert hl7_code(status) == code


@pytest.mark.parametrize(
    ("system", "code", "has_ins", "status"),
    [
        (V2, "VALI", True, QUAL),
        (V2, "VALI", False, VALI),
        (V2, "PROV", True, PROV),
        (V2, "DOUT", True, PROV),
        ("urn:oid:2.16.840.1.113883.12.445", "VALI", True, QUAL),
        (RNIV, "QUAL", True, QUAL),
        (RNIV, "QUAL", False, VALI),
        (RNIV, "VALI", True, VALI),
        (RNIV, "VALI", False, VALI),
        (RNIV, "RECUP", False, RECUP),
        (RNIV, "PROV", True, PROV),
        (RNIV, "AUTRE", True, PROV),
        ("", "", True, PROV),
    ],
)
def test_a_status_in_fhir_is_read_by_its_two_facts_and_not_by_its_code(system, code, has_ins, status):
    assert status_of_fhir(code, system=system, has_ins=has_ins) == status
