"""The answers of the simulated teleservice, in the published form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from passerelle.protocols.insi.model import CardHolder, InsiIdentity, Outcome, SearchTraits
from passerelle.protocols.insi.names import RESULT, SEARCH_BY_CARD, SEARCH_BY_TRAITS, SIRAM, SOAP, tag
from passerelle.protocols.insi.simulator.directory import Directory, Record

_LABELS = {
    Outcome.FOUND: "OK",
    Outcome.NONE: "Aucune identite trouvee",
    Outcome.SEVERAL: "Plusieurs identites trouvees",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back; `is_slow` when it should keep its caller waiting."""

    content: bytes
    status: int = 200
    is_slow: bool = False


def reply_to(action: str, root: Any, directory: Directory) -> Reply:
    """Return the answer to a well-formed call."""
    if action == SEARCH_BY_TRAITS:
        return _found(directory.by_traits(_traits(root)))
    if action == SEARCH_BY_CARD:
        return _found(directory.by_card(_holder(root)))
    outcome = Outcome.FOUND if directory.is_same(_identity(root)) else Outcome.NONE
    return Reply(result_message(outcome))


def fault(subcode: str, code: str, text: str) -> Reply:
    """Return a SOAP fault as the teleservice writes them."""
    root = etree.Element(tag(SOAP, "Envelope"), nsmap={"soap": SOAP})
    told = etree.SubElement(etree.SubElement(root, tag(SOAP, "Body")), tag(SOAP, "Fault"))
    kind = etree.SubElement(told, tag(SOAP, "Code"))
    etree.SubElement(kind, tag(SOAP, "Value")).text = "soap:Receiver"
    etree.SubElement(etree.SubElement(kind, tag(SOAP, "Subcode")), tag(SOAP, "Value")).text = f"soap:{subcode}"
    reason = etree.SubElement(told, tag(SOAP, "Reason"))
    etree.SubElement(reason, tag(SOAP, "Text")).text = text
    detail = etree.SubElement(told, tag(SOAP, "Detail"))
    error = {"severite": "fatal", "code": code}
    etree.SubElement(detail, tag(SIRAM, "Erreur"), error, nsmap={"siram": SIRAM}).text = text
    return Reply(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), status=500)


def _found(records: Any) -> Reply:
    behaviour = records[0].behaviour if records else ""
    if behaviour == "unavailable":
        return fault("siram_40", "insi_102", "Panne simulée.")
    if behaviour == "refused":
        return fault("siram_30", "simulateur_refus", "Refus simulé.")
    if behaviour == "garbled":
        return Reply(b"<soap:Envelope>")
    if len(records) > 1:
        return Reply(result_message(Outcome.SEVERAL))
    if not records:
        return Reply(result_message(Outcome.NONE))
    return Reply(result_message(Outcome.FOUND, records[0]), is_slow=behaviour == "slow")


def result_message(outcome: Outcome, record: Record | None = None) -> bytes:
    root = etree.Element(tag(SOAP, "Envelope"), nsmap={"soap": SOAP})
    body = etree.SubElement(root, tag(SOAP, "Body"))
    result = etree.SubElement(body, tag(RESULT, "RESULTAT"), nsmap={"res": RESULT})
    report = etree.SubElement(result, tag(RESULT, "CR"))
    etree.SubElement(report, tag(RESULT, "CodeCR")).text = outcome.value
    etree.SubElement(report, tag(RESULT, "LibelleCR")).text = _LABELS[outcome]
    if record is not None:
        individual = etree.SubElement(result, tag(RESULT, "INDIVIDU"))
        _number(etree.SubElement(individual, tag(RESULT, "INSACTIF")), record.identity.matricule, record.identity.oid)
        for former in record.history:
            block = etree.SubElement(individual, tag(RESULT, "INSHISTO"))
            _number(block, former.matricule, former.oid)
            etree.SubElement(block, tag(RESULT, "DateDeb")).text = former.since
            etree.SubElement(block, tag(RESULT, "DateFin")).text = former.until
        _traits_of(etree.SubElement(individual, tag(RESULT, "TIQ")), record.identity)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def _number(block: Any, matricule: str, oid: str) -> None:
    number = etree.SubElement(block, tag(RESULT, "IdIndividu"))
    etree.SubElement(number, tag(RESULT, "NumIdentifiant")).text = matricule[:-2]
    etree.SubElement(number, tag(RESULT, "Cle")).text = matricule[-2:]
    etree.SubElement(block, tag(RESULT, "OID")).text = oid


def _traits_of(block: Any, identity: InsiIdentity) -> None:
    told = (
        ("NomNaissance", identity.birth_name),
        ("ListePrenom", identity.given_names),
        ("Sexe", identity.sex),
        ("DateNaissance", identity.birth_date),
        ("LieuNaissance", identity.birth_place),
    )
    for name, value in told:
        etree.SubElement(block, tag(RESULT, name)).text = value


def _traits(root: Any) -> SearchTraits:
    return SearchTraits(
        _value(root, "NomNaissance"),
        tuple(_values(root, "Prenom")),
        _value(root, "Sexe"),
        _value(root, "DateNaissance"),
        _value(root, "LieuNaissance"),
    )


def _holder(root: Any) -> CardHolder:
    return CardHolder(
        insured_number="".join(root.xpath("string(//*[local-name()='MatriculeOD']/*[local-name()='NumIdentifiant'])")),
        birth_date=_value(root, "DateNaissance"),
        rank=_value(root, "RangNaissance"),
        own_number="".join(
            root.xpath("string(//*[local-name()='MatriculeIndividu']/*[local-name()='NumIdentifiant'])")
        ),
        birth_name=_value(root, "NomNaissance"),
    )


def _identity(root: Any) -> InsiIdentity:
    return InsiIdentity(
        _value(root, "NumIdentifiant") + _value(root, "Cle"),
        _value(root, "OID"),
        _value(root, "NomNaissance"),
        _value(root, "ListePrenom"),
        _value(root, "Sexe"),
        _value(root, "DateNaissance"),
        _value(root, "LieuNaissance"),
    )


def _values(root: Any, name: str) -> list[str]:
    body = root.xpath("//*[local-name()='Body']")[:1]
    return [(one.text or "").strip() for place in body for one in place.xpath(f".//*[local-name()='{name}']")]


def _value(root: Any, name: str) -> str:
    return next(iter(_values(root, name)), "")
