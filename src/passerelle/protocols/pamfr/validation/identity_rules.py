"""What the profile says of identities, beyond the form of fields. Source: IHE PAM France 2.11, sections 4.4 and 6.6."""

from __future__ import annotations

from collections.abc import Iterator

from passerelle.protocols import ins as insi
from passerelle.protocols.hl7v2 import Message, Repetition, Segment
from passerelle.protocols.ins import InsKind
from passerelle.protocols.pamfr.people import given
from passerelle.protocols.pamfr.validation.findings import Finding, at

IDENTITY_RULES = {
    "INS-1": "un matricule INS demande le statut VALI en PID-32, sinon il n’est pas lu",
    "INS-2": "un matricule INS a quinze caractères et une clé juste",
    "INS-3": "un seul INS par message, le dernier",
    "INS-4": "un INS va avec les cinq traits stricts : nom et prénoms de naissance, date, sexe, lieu",
    "INS-5": "avec un INS, le sexe est M ou F",
    "INS-6": "une date de naissance corrigée (ZFD-4) interdit l’INS",
    "INS-7": "un lieu de naissance inconnu (99999) avec une identité validée est à vérifier",
    "INS-8": "un INS de test ou de démonstration n’a pas sa place en production",
    "INS-9": "l’autorité d’un INS et son type (INS) vont ensemble",
    "PID-1": "PID-3 porte un IPP",
    "PID-2": "PID-32 dit un statut et un seul ; HOMA, FICT et DOUT s’y ajoutent",
    "PID-3": "PID-5 porte le nom de naissance (type L)",
}
_UNKNOWN_PLACE = "99999"
_EXTRAS = frozenset({"HOMA", "FICT", "DOUT"})
_TRIALS = frozenset({InsKind.NIR_TEST, InsKind.NIR_DEMO})


def check_identity(message: Message, pid: Segment) -> Iterator[Finding]:
    """Yield what PID and ZFD have against the rules of identity."""
    numbers = pid.repetitions(3)
    held = [one for one in numbers if is_ins(one) and given(one.get("1"))]
    yield from _check_reliability(pid, has_ins=bool(held))
    yield from _check_names(pid, numbers)
    if held:
        yield from _check_numbers(message, held)
        yield from _check_traits(message, pid)


def is_ins(one: Repetition) -> bool:
    """Tell a national identity number from the others, by its type or its authority."""
    return one.get("5") == "INS" or (insi.kind_of(one.get("4.2")) is not None and one.get("5") != "NH")


def _check_reliability(pid: Segment, *, has_ins: bool) -> Iterator[Finding]:
    codes = [given(one.get("1")) for one in pid.repetitions(32)]
    statuses = [code for code in codes if code and code not in _EXTRAS]
    if codes and len(statuses) != 1:
        yield at("PID-32", "PID-2", "PID-32 doit dire un statut, et un seul", "warning")
    if has_ins and "VALI" not in codes:
        yield at("PID-32", "INS-1", "le matricule INS demande le statut VALI : il ne sera pas lu")
    if "VALI" in codes and any(one.get("7") == "BDL" and one.get("9") == _UNKNOWN_PLACE for one in pid.repetitions(11)):
        yield at("PID-11.9", "INS-7", "lieu de naissance inconnu (99999) et identité validée : à vérifier", "warning")


def _check_names(pid: Segment, numbers: list[Repetition]) -> Iterator[Finding]:
    if numbers and not any(one.get("5") == "PI" for one in numbers):
        yield at("PID-3", "PID-1", "aucun identifiant n’est un IPP (type PI)", "warning")
    names = pid.repetitions(5)
    if names and not any(one.get("7") == "L" for one in names):
        yield at("PID-5", "PID-3", "aucun nom n’est le nom de naissance (type L)", "warning")


def _check_numbers(message: Message, held: list[Repetition]) -> Iterator[Finding]:
    if len({one.get("1") for one in held}) > 1:
        # A NIA beside the NIR that replaces it is understood: the NIR is taken.
        kinds = {insi.kind_of(one.get("4.2")) for one in held}
        is_replaced = len(kinds) == len(held) and InsKind.NIA in kinds
        text = "le message porte plusieurs INS : seul le dernier doit circuler"
        yield at("PID-3", "INS-3", text, "warning" if is_replaced else "error")
    for one in held:
        matricule, kind = one.get("1"), insi.kind_of(one.get("4.2"))
        if len(matricule) != 15:
            yield at("PID-3.1", "INS-2", "un matricule INS a quinze caractères")
        elif not insi.check_key(matricule):
            yield at("PID-3.1", "INS-2", "la clé du matricule INS est fausse : il ne qualifie rien", "warning")
        if kind is None or one.get("5") != "INS":
            yield at("PID-3.4", "INS-9", "l’autorité et le type de l’INS ne vont pas ensemble")
        elif kind in _TRIALS and message.processing_id == "P":
            yield at("PID-3.4", "INS-8", "INS de test ou de démonstration dans un message de production", "warning")


def _check_traits(message: Message, pid: Segment) -> Iterator[Finding]:
    legal = next((one for one in pid.repetitions(5) if one.get("7") == "L"), None)
    places = [one for one in pid.repetitions(11) if one.get("7") == "BDL" and given(one.get("9"))]
    traits = (
        ("PID-5", "nom de naissance", legal is not None and bool(given(legal.get("1")))),
        ("PID-5", "prénoms de naissance", legal is not None and bool(given(legal.get("2")) or given(legal.get("3")))),
        ("PID-7", "date de naissance", bool(given(pid.get("7")))),
        ("PID-8", "sexe", bool(given(pid.get("8")))),
        ("PID-11", "lieu de naissance (code INSEE, type BDL)", bool(places)),
    )
    for place, name, is_there in traits:
        if not is_there:
            yield at(place, "INS-4", f"un INS ne va pas sans ses cinq traits. Manque ici : {name}")
    if given(pid.get("8")) not in {"", "M", "F"}:
        yield at("PID-8", "INS-5", "avec un INS, le sexe est M ou F")
    if message.get("ZFD-4") == "Y":
        yield at("ZFD-4", "INS-6", "une date de naissance corrigée interdit de transmettre l’INS")
