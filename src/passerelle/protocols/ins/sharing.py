"""Which INS may leave: the one of a qualified identity, with its OID and the five strict traits. In every way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from passerelle.protocols.ins.rules import IdentityStatus, kind_of
from passerelle.protocols.ins.trust import may_hold_ins


class HeldIdentity(Protocol):
    """A local identity, as a row or as its traits."""

    status: Any
    attributes: Any
    birth_name: str
    given_names: Any
    birth_date: date | None
    sex: str
    birth_place: str
    ins_matricule: str
    ins_oid: str
    ins_key_ok: bool


@dataclass(frozen=True, slots=True)
class SharedIns:
    """An INS that may leave: never without its OID, and only beside the five strict traits."""

    matricule: str
    oid: str


def missing_traits(held: HeldIdentity) -> list[str]:
    """Return the French names of the strict traits that a file lacks."""
    told = (
        ("nom de naissance", held.birth_name),
        ("prénoms de naissance", held.given_names),
        ("date de naissance", held.birth_date),
        ("sexe", held.sex if held.sex in {"M", "F"} else ""),
        ("lieu de naissance", held.birth_place),
    )
    return [name for name, value in told if not value]


def shared_ins(held: HeldIdentity) -> SharedIns | None:
    """Return the INS to share with others, None when it must not leave.

    Source: référentiel INS: a matricule goes with its OID and the five strict traits; guide d'implémentation de l'INS,
    EXI ID 29: only for a qualified identity.
    """
    return None if reason_not_to_share(held) else SharedIns(held.ins_matricule, held.ins_oid)


def reason_not_to_share(held: HeldIdentity) -> str:
    """Return why the INS of a file must not leave, in French; "" when it may."""
    if not held.ins_matricule:
        return "le dossier n’a pas d’INS"
    if held.status != IdentityStatus.QUALIFIEE:
        return "l’identité n’est pas qualifiée"
    if not held.ins_key_ok:
        return "la clé du matricule est fausse"
    if kind_of(held.ins_oid) is None:
        return "l’autorité du matricule (OID) manque ou n’est pas connue"
    if not may_hold_ins(held.attributes):
        return "l’identité est douteuse ou fictive"
    lacking = missing_traits(held)
    return f"il manque\u00a0: {', '.join(lacking)}" if lacking else ""
