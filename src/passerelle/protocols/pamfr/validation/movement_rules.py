"""What the profile says of events and movements. Source: IHE PAM France 2.11, ITI-30, ITI-31 and segment ZBE."""

from __future__ import annotations

from collections.abc import Iterator

from passerelle.protocols.hl7v2 import Message, Repetition, Segment
from passerelle.protocols.pamfr.people import NULL, given
from passerelle.protocols.pamfr.profile import loading
from passerelle.protocols.pamfr.validation.findings import Finding, at
from passerelle.protocols.pamfr.validation.identity_rules import is_ins

MOVEMENT_RULES = {
    "MSH-1": "MSH-9.3 nomme la structure du message",
    "MSH-2": "MSH-12 dit 2.5^FRA^2.11",
    "STY-1": "un événement de venue (ITI-31) porte le NDA en PID-18",
    "STY-2": "PV1-2 vaut N quand le message ne parle que d’identité",
    "OBX-1": "dans un ADT, OBX-16 dit qui répond de l’observation",
    "MOV-1": "ZBE-6 nomme l’événement corrigé quand ZBE-4 est UPDATE ou CANCEL",
    "MOV-2": "la nature C (ZBE-9) ne va qu’avec un Z99 sur A01, A04 ou A05",
    "MOV-3": "ZBE-4 va avec l’événement : CANCEL pour une annulation, UPDATE pour un Z99 seulement",
    "MOV-4": "un mouvement dit l’unité médicale ou l’unité de soins (ZBE-7, ZBE-8)",
    "A40-1": "une fusion nomme deux IPP différents de la même autorité, sans INS",
    "A44-1": "un changement de dossier dit lequel, en MRG-3 ou PID-18",
    "A47-1": "un changement d’INS dit l’ancien en MRG-1, le nouveau ou un vide explicite en PID-3",
}
#: Events of ITI-30, which speak of an identity; all the others of ADT are of ITI-31.
IDENTITY_EVENTS = frozenset({"A28", "A31", "A40", "A47"})
_CANCELLATIONS = frozenset({"A11", "A12", "A13", "A25", "A26", "A27", "A32", "A33", "A38", "A52", "A53", "A55"})
_EITHER = frozenset({"A06", "A07"})
_CORRECTABLE = frozenset({"A01", "A04", "A05"})
_STRUCTURES = {
    "A04": "ADT_A01", "A07": "ADT_A06", "A11": "ADT_A09", "A13": "ADT_A01", "A14": "ADT_A05", "A22": "ADT_A21",
    "A25": "ADT_A21", "A26": "ADT_A21", "A27": "ADT_A21", "A28": "ADT_A05", "A31": "ADT_A05", "A32": "ADT_A21",
    "A33": "ADT_A21", "A40": "ADT_A39", "A44": "ADT_A43", "A47": "ADT_A30", "A53": "ADT_A52", "A55": "ADT_A52",
    "Z99": "ADT_A01",
}  # fmt: skip


def check_event(message: Message) -> Iterator[Finding]:
    """Yield what an ADT has against the rules of its event."""
    trigger = message.trigger
    expected = _STRUCTURES.get(trigger, f"ADT_{trigger}")
    if message.structure != expected:
        yield at("MSH-9.3", "MSH-1", f"la structure de ce message se nomme {expected}", "warning")
    yield from _check_version(message)
    yield from _check_stay(message, trigger)
    yield from _check_observations(message)
    zbe = message.segment("ZBE")
    if zbe is not None:
        yield from _check_movement(zbe, trigger)
    mrg = message.segment("MRG")
    if mrg is not None and trigger in _MERGES:
        yield from _MERGES[trigger](message, mrg)


def _check_stay(message: Message, trigger: str) -> Iterator[Finding]:
    if trigger not in IDENTITY_EVENTS:
        if not given(message.get("PID-18")) and trigger != "A44":
            yield at("PID-18", "STY-1", "le numéro de dossier (NDA) est requis pour un événement de venue")
    elif message.segment("PV1") is not None and message.get("PV1-2") != "N":
        yield at("PV1-2", "STY-2", "un message d’identité ne dit rien d’une venue : PV1-2 vaut N", "warning")


def _check_observations(message: Message) -> Iterator[Finding]:
    for rank, obx in enumerate(message.all("OBX"), start=1):
        if not obx.field(16):
            text = "dans un ADT, une observation dit qui en répond"
            yield Finding(f"OBX^{rank}^16", "OBX", 16, 0, "OBX-1", text)


def _check_version(message: Message) -> Iterator[Finding]:
    told = [message.get(f"MSH-12.{part}") for part in (1, 2, 3)]
    for component, what in ((2, "le pays (FRA)"), (3, "la version de l’extension française")):
        if not told[component - 1]:
            yield at(f"MSH-12.{component}", "MSH-2", f"MSH-12 ne dit pas {what}")
    if all(told) and told != ["2.5", "FRA", "2.11"]:
        yield at("MSH-12", "MSH-2", "la version n’est pas 2.5^FRA^2.11", "warning")


def _check_movement(zbe: Segment, trigger: str) -> Iterator[Finding]:
    action, original, nature = zbe.get("4"), given(zbe.get("6")), zbe.get("9")
    if action in {"UPDATE", "CANCEL"} and not original:
        yield at("ZBE-6", "MOV-1", f"l’événement d’origine est requis quand ZBE-4 est {action}")
    if nature == "C" and not (trigger == "Z99" and original in _CORRECTABLE):
        yield at("ZBE-9", "MOV-2", "la nature C ne va qu’avec un Z99 sur A01, A04 ou A05")
    allowed = _actions(trigger)
    if action in loading.tables()["ZBE-4"].kept and action not in allowed:
        text = f"l’action {action} ne va pas avec {trigger} : {' ou '.join(sorted(allowed))}"
        yield at("ZBE-4", "MOV-3", text)
    if not zbe.field(7) and not zbe.field(8):
        yield at("ZBE-7", "MOV-4", "le mouvement ne dit ni unité médicale ni unité de soins", "warning")


def _actions(trigger: str) -> frozenset[str]:
    if trigger == "Z99":
        return frozenset({"INSERT", "UPDATE", "CANCEL"})
    if trigger in _EITHER:
        return frozenset({"INSERT", "CANCEL"})
    return frozenset({"CANCEL"}) if trigger in _CANCELLATIONS else frozenset({"INSERT"})


def _check_merge(message: Message, mrg: Segment) -> Iterator[Finding]:
    kept = {(one.get("1"), one.get("4.2") or one.get("4.1")) for one in _of(message, "PID", 3) if one.get("5") == "PI"}
    given_up = mrg.repetitions(1)
    if any(is_ins(one) for one in given_up):
        yield at("MRG-1", "A40-1", "une fusion ne donne pas d’INS à abandonner : c’est un A47")
    prior = {(one.get("1"), one.get("4.2") or one.get("4.1")) for one in given_up if one.get("5") in {"PI", ""}}
    if prior & kept:
        yield at("MRG-1", "A40-1", "l’IPP abandonné est aussi celui qui reste")
    elif kept and prior and not {where for _, where in prior} & {where for _, where in kept}:
        yield at("MRG-1.4", "A40-1", "les deux IPP ne sont pas de la même autorité", "warning")


def _check_move(message: Message, mrg: Segment) -> Iterator[Finding]:
    if not given(mrg.get("3")) and not given(message.get("PID-18")):
        yield at("MRG-3", "A44-1", "le dossier qui change de patient n’est pas dit")


def _check_change(message: Message, mrg: Segment) -> Iterator[Finding]:
    if not any(is_ins(one) for one in mrg.repetitions(1)):
        yield at("MRG-1", "A47-1", "l’INS à remplacer n’est pas dit")
    numbers = _of(message, "PID", 3)
    if not any(is_ins(one) or one.get("1") == NULL for one in numbers):
        yield at("PID-3", "A47-1", "le nouvel INS manque ; pour l’effacer, PID-3 porte un vide explicite", "warning")


_MERGES = {"A40": _check_merge, "A44": _check_move, "A47": _check_change}


def _of(message: Message, name: str, field: int) -> list[Repetition]:
    segment = message.segment(name)
    return segment.repetitions(field) if segment else []
