"""A FHIR Patient is a way out of the INS. Source: référentiel INS; guide d'implémentation de l'INS, EXI ID 29."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from passerelle.care.record.rules.patients import patient_of
from passerelle.protocols import ins

BODY = "2840313901001"


@dataclass(frozen=True)
class Held:
    """A qualified identity, as `identity.api.LocalTraits` tells one."""

    id: UUID = field(default_factory=uuid4)
    superseded_by: UUID | None = None
    ipp: str = "1"
    authority_namespace: str = "APHM"
    authority_oid: str = "1.2.0"
    status: str = "QUAL"
    attributes: tuple[str, ...] = ()
    birth_name: str = "ETOILE"
    used_name: str = ""
    given_names: tuple[str, ...] = ("ZOE", "ANNE")
    first_given: str = "ZOE"
    birth_date: date | None = date(1984, 3, 12)
    sex: str = "F"
    birth_place: str = "13055"
    address: dict[str, str] = field(default_factory=dict)
    phone: str = ""
    email: str = ""
    deceased_at: Any = None
    ins_matricule: str = BODY + ins.compute_key(BODY)
    ins_oid: str = "1.2.250.1.213.1.4.10"
    ins_key_ok: bool = True


def numbers(held):
    return {one["value"]: one.get("use") for one in patient_of(held, place={})["identifier"]}


def test_a_qualified_identity_gives_its_number_with_its_oid():
    assert numbers(Held())[Held().ins_matricule] == "official"


@pytest.mark.parametrize(
    "change",
    [
        {"status": "PROV"},
        {"status": "VALI"},
        {"status": "RECUP"},
        {"attributes": ("DOUT",)},
        {"birth_name": ""},
        {"given_names": ()},
        {"birth_date": None},
        {"sex": "O"},
        {"birth_place": ""},
        {"ins_oid": ""},
        {"ins_key_ok": False},
    ],
    ids=str,
)
def test_ins_20_a_fhir_patient_carries_the_number_of_a_qualified_identity_only(change):
    held = replace(Held(), **change)

    assert held.ins_matricule not in numbers(held)


def test_a_waiting_number_is_temporary():
    held = replace(Held(), ins_oid="1.2.250.1.213.1.4.9")

    assert numbers(held)[held.ins_matricule] == "temp"
