"""The SOAP messages we receive. Bytes from outside: no document type, no entity, bounded size."""

from __future__ import annotations

from typing import Any

from lxml import etree

from passerelle.protocols.insi.faults import TEMPORARY_FAULTS, InsiError, InsiRefused, InsiUnavailable, InsiUnreadable
from passerelle.protocols.insi.model import Answer, FormerIns, InsiIdentity, Outcome
from passerelle.protocols.insi.names import PREFIXES

MAX_BYTES = 1_000_000
_LONGEST_VALUE = 200


def read_answer(content: bytes) -> Answer:
    """Read the answer to a search.

    Raises:
        InsiUnavailable: a fault after which one may ask again.
        InsiRefused: another fault.
        InsiUnreadable: not the published form.
    """
    root = parse(content)
    refuse_fault(root)
    outcome = _outcome(root)
    if outcome is not Outcome.FOUND:
        return Answer(outcome)
    individual = _find(root, "res:INDIVIDU", where="res:RESULTAT")
    if individual is None:
        raise InsiUnreadable(code="individu")
    active = _find(individual, "res:INSACTIF")
    traits = _find(individual, "res:TIQ")
    if active is None or traits is None:
        raise InsiUnreadable(code="individu")
    matricule, oid = _number(active)
    return Answer(outcome, _identity(matricule, oid, traits), tuple(map(_former, _all(individual, "res:INSHISTO"))))


def read_verification(content: bytes) -> bool:
    """Read the answer to a verification: whether INS and traits are those of the national bases.

    Raises:
        InsiError: as `read_answer`.
    """
    root = parse(content)
    refuse_fault(root)
    return _outcome(root) is Outcome.FOUND


def parse(content: bytes) -> Any:
    """Return the root of a SOAP message.

    Raises:
        InsiUnreadable: too big, not XML, or with a document type.
    """
    if len(content) > MAX_BYTES:
        raise InsiUnreadable(code="size")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise InsiUnreadable(code="doctype")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise InsiUnreadable(code="xml") from fault
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise InsiUnreadable(code="doctype")
    return root


def refuse_fault(root: Any) -> None:
    """Raise the error that a SOAP fault tells, if the message is one.

    Raises:
        InsiUnavailable: one may ask again.
        InsiRefused: asking again would be refused again.
    """
    fault = _find(root, "soap:Fault")
    if fault is None:
        return
    subcode = _text(fault, "soap:Subcode/soap:Value").rpartition(":")[2]
    detail = _find(fault, "siram:Erreur")
    code = (detail.get("code") or "") if detail is not None else ""
    raise _error(code or subcode or "fault", subcode)


def _error(code: str, subcode: str) -> InsiError:
    kind = InsiUnavailable if subcode in TEMPORARY_FAULTS else InsiRefused
    return kind(code=code[:40], subcode=subcode[:40])


def _outcome(root: Any) -> Outcome:
    code = "".join(root.xpath("string((//*[local-name()='CodeCR'])[1])")).strip()
    if code not in set(Outcome):
        raise InsiUnreadable(code="cr")
    return Outcome(code)


def _identity(matricule: str, oid: str, traits: Any) -> InsiIdentity:
    identity = InsiIdentity(
        matricule=matricule,
        oid=oid,
        birth_name=_text(traits, "res:NomNaissance"),
        given_names=_text(traits, "res:ListePrenom") or _text(traits, "res:Prenom"),
        sex=_text(traits, "res:Sexe"),
        birth_date=_text(traits, "res:DateNaissance"),
        birth_place=_text(traits, "res:LieuNaissance"),
    )
    if not (identity.birth_name and identity.birth_date and identity.sex in {"M", "F"}):
        raise InsiUnreadable(code="tiq")
    return identity


def _former(block: Any) -> FormerIns:
    return FormerIns(*_number(block), _text(block, "res:DateDeb"), _text(block, "res:DateFin"))


def _number(block: Any) -> tuple[str, str]:
    matricule = _text(block, "res:IdIndividu/res:NumIdentifiant") + _text(block, "res:IdIndividu/res:Cle")
    oid = _text(block, "res:OID")
    if not matricule or not oid:
        raise InsiUnreadable(code="matricule")
    return matricule, oid


def _find(root: Any, path: str, *, where: str = "") -> Any:
    steps = f"//{where}/{path}" if where else f".//{path}"
    found = root.xpath(steps, namespaces=PREFIXES)
    return found[0] if found else None


def _all(root: Any, path: str) -> list[Any]:
    return list(root.xpath(f".//{path}", namespaces=PREFIXES))


def _text(root: Any, path: str) -> str:
    found = _find(root, path)
    return (found.text or "").strip()[:_LONGEST_VALUE] if found is not None else ""
