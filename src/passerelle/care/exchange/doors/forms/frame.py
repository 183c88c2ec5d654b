"""What an envelope needs beside the content that came alone: the sender, the authority of its IPP, the moment."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from passerelle.protocols import ins, pamfr
from passerelle.protocols.hl7v2 import Hl7Error

_WHO = "PASSERELLE"
_NAMESPACES = {
    ins.InsKind.NIR: "ASIP-SANTE-INS-NIR",
    ins.InsKind.NIA: "ASIP-SANTE-INS-NIA",
    ins.InsKind.NIR_TEST: "ASIP-SANTE-INS-NIR",
    ins.InsKind.NIR_DEMO: "ASIP-SANTE-INS-NIR",
}


@dataclass(frozen=True, slots=True)
class Authority:
    """Who gives IPPs: its name and its number."""

    namespace: str
    universal_id: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The circumstances of a content that is no HL7 message.

    `authorities` are those of the establishment, the one of an IPP without authority first; `trusts_ins`: the sender
    vouches that the INS its documents carry are qualified, as nothing else in them says so; `seal` is what tells two
    drops of the same bytes apart (the sheet beside a PDF).
    """

    facility: str
    application: str
    authorities: tuple[Authority, ...]
    trusts_ins: bool
    at: datetime
    seal: bytes = b""


@dataclass(frozen=True, slots=True)
class GivenId:
    """An identifier as the content gives it: an OID (or an authority's number), and a value."""

    root: str
    value: str


class Unreadable(Hl7Error):
    """Le contenu ne peut pas être rattaché à un patient ou lu comme un document."""


def control_id_of(content: bytes) -> str:
    """Return the same id for the same bytes: what is dropped twice is taken once."""
    return "D" + hashlib.sha256(content).hexdigest()[:19].upper()


def envelope(content: bytes, frame: Frame) -> pamfr.Envelope:
    """Return the envelope of a content, from its sender to us."""
    return pamfr.Envelope(
        sending_application=frame.application,
        sending_facility=frame.facility,
        receiving_application=_WHO,
        receiving_facility="GHT",
        control_id=control_id_of(content + frame.seal),
    )


def patient_of(
    given: tuple[GivenId, ...], traits: pamfr.Traits, frame: Frame, *, where: str, account: str = ""
) -> pamfr.Patient:
    """Return the patient that a content names: its IPP under a known authority, its INS when they are vouched for.

    Raises:
        Unreadable: it names nobody, several IPPs under unknown authorities, or a patient without birth name.
    """
    if not traits.birth_name.strip():
        raise Unreadable(where, "le nom de naissance du patient manque", "101")
    national = _national(given) if frame.trusts_ins else None
    ipp = _ipp(given, frame, where)
    if ipp is None and national is None:
        raise Unreadable(where, "le patient n’a ni IPP ni INS admise pour ce canal", "101")
    identifiers = tuple(one for one in (ipp, national and _national_identifier(national)) if one)
    status = pamfr.IdentityStatus.QUALIFIEE if national else pamfr.IdentityStatus.PROVISOIRE
    number = _account(account, frame) if account else None
    return pamfr.Patient(identifiers, national, status, frozenset(), traits, number)


def _national(given: tuple[GivenId, ...]) -> pamfr.Ins | None:
    for one in given:
        kind = ins.kind_of(one.root)
        if kind is not None and one.value:
            return pamfr.Ins(one.value, one.root.removeprefix("urn:oid:"), kind, ins.check_key(one.value))
    return None


def _national_identifier(national: pamfr.Ins) -> pamfr.Identifier:
    return pamfr.Identifier(national.matricule, "INS", _NAMESPACES[national.kind], national.oid, "ISO")


def _ipp(given: tuple[GivenId, ...], frame: Frame, where: str) -> pamfr.Identifier | None:
    local = [one for one in given if one.value and ins.kind_of(one.root) is None]
    known = {one.universal_id: one for one in frame.authorities} | {one.namespace: one for one in frame.authorities}
    for one in local:
        if one.root in known:
            return _identifier(one.value, known[one.root])
    if not local:
        return None
    if len(local) > 1 or not frame.authorities:
        roots = ", ".join(one.root or "sans autorité" for one in local)
        raise Unreadable(where, f"aucune autorité d’affectation de l’établissement parmi : {roots}", "204")
    return _identifier(local[0].value, frame.authorities[0])


def _identifier(value: str, authority: Authority, kind: str = "PI") -> pamfr.Identifier:
    return pamfr.Identifier(value, kind, authority.namespace, authority.universal_id, "N")


def _account(value: str, frame: Frame) -> pamfr.Identifier | None:
    return _identifier(value, frame.authorities[0], "AN") if frame.authorities else None
