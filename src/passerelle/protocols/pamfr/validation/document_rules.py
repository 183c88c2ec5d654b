"""What the volet says of documents and their routing. Source: CI-SIS, CDA in HL7 v2, version 2.1, volume 2."""

from __future__ import annotations

from collections.abc import Iterator

from passerelle.protocols.hl7v2 import Hl7Error, Message, Segment
from passerelle.protocols.pamfr import mssante, reading
from passerelle.protocols.pamfr.documents import is_document
from passerelle.protocols.pamfr.events import DocumentEvent
from passerelle.protocols.pamfr.people import given
from passerelle.protocols.pamfr.validation.findings import Finding, at

DOCUMENT_RULES = {
    "DOC-1": "ORC-1, OBX-11 et l’événement disent la même demande : ajout, remplacement ou suppression",
    "DOC-2": "TXA-12 identifie le document ; TXA-13 le document remplacé",
    "DOC-3": "le code du document est le même en OBR-4 et en OBX-3",
    "DOC-4": "PV1-19 est requis quand PV1-2 est E, I, O ou R",
    "DOC-5": "une publication au DMP nomme son expéditeur (PRT SB)",
    "DOC-6": "un envoi par MSSanté nomme ses destinataires (PRT RCT) et leur boîte",
    "DOC-7": "les drapeaux d’envoi sont une ligne de la table de gestion MSSanté",
    "DOC-8": "le DMP et la messagerie du patient demandent une identité qualifiée",
    "DOC-9": "le statut d’achèvement (TXA-17) d’un document transmis est AU",
}
_WANTED = {"NW": "add", "RO": "replace", "CA": "delete"}
_STATUS = {"F": "add", "C": "replace", "D": "delete"}
_EVENTS = {"T02": "add", "T10": "replace", "T04": "delete"}
_CLASSES = frozenset({"E", "I", "O", "R"})


def check_documents(message: Message) -> Iterator[Finding]:
    """Yield what an ORU or an MDM that carries documents has against the volet."""
    documents = [obx for obx in message.all("OBX") if is_document(obx)]
    if not documents:
        return
    yield from _check_request(message, documents[0])
    if message.code == "MDM":
        yield from _check_sheet(message)
    if given(message.get("PV1-2")) in _CLASSES and not given(message.get("PV1-19")):
        yield at("PV1-19", "DOC-4", "le numéro de venue est requis pour cette classe de patient", "warning")
    yield from _check_routing(message)


def _check_request(message: Message, first: Segment) -> Iterator[Finding]:
    told = {
        "ORC-1": _WANTED.get(message.get("ORC-1")),
        "OBX-11": _STATUS.get(first.get("11")),
        "MSH-9.2": _EVENTS.get(message.trigger),
    }
    if len({wanted for wanted in told.values() if wanted}) > 1:
        yield at("ORC-1", "DOC-1", "ORC-1, OBX-11 et l’événement ne disent pas la même demande")
    asked, carried = given(message.get("OBR-4")), given(first.get("3"))
    if asked and carried and asked != carried:
        yield at("OBR-4", "DOC-3", "le code du document n’est pas le même en OBR-4 et en OBX-3", "warning")


def _check_sheet(message: Message) -> Iterator[Finding]:
    if not given(message.get("TXA-12")):
        yield at("TXA-12", "DOC-2", "le document n’est pas identifié")
    if message.trigger == "T10" and not given(message.get("TXA-13")):
        yield at("TXA-13", "DOC-2", "le document remplacé n’est pas dit")
    if given(message.get("TXA-17")) not in {"", "AU"}:
        yield at("TXA-17", "DOC-9", "un document transmis est validé : AU", "warning")


def _check_routing(message: Message) -> Iterator[Finding]:
    try:
        event = reading.read(message)
    except Hl7Error:  # said elsewhere, at its place
        return
    if not isinstance(event, DocumentEvent) or event.routing is None:
        return
    routing = event.routing
    restrictions = event.documents[0].restrictions if event.documents else frozenset()
    if routing.to_dmp and not any(one.role == "SB" for one in routing.participants):
        yield at("PRT-4", "DOC-5", "une publication au DMP demande un expéditeur (PRT SB)")
    if (routing.to_professionals or routing.to_patient) and not any(one.mailbox for one in routing.recipients):
        yield at("PRT-15", "DOC-6", "un envoi par MSSanté demande un destinataire et sa boîte (PRT RCT)")
    try:
        found = mssante.route(mssante.flags_of(routing, restrictions))
    except mssante.RoutingRefused as refusal:
        yield at("OBX-3", "DOC-7", refusal.why)
        return
    why = mssante.identity_refusal(found, event.patient)
    if why is not None:
        yield at("PID-32", "DOC-8", why)
