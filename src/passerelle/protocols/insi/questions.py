"""The SOAP messages we send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from passerelle.protocols.insi.assertion import Practice, Signer, assertion
from passerelle.protocols.insi.model import CardHolder, InsiIdentity, Operator, SearchTraits, Software
from passerelle.protocols.insi.names import ADDRESSING, BAM, BY_CARD, BY_TRAITS, CHECKED, LPS, SECURITY, SOAP, tag

_KEY_LENGTH = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header of one call says; `message_id` is a fresh UUID."""

    action: str
    message_id: str
    at: datetime
    operator: Operator
    practice: Practice
    software: Software
    signer: Signer | None = None


def envelope(heading: Heading, body: Any) -> bytes:
    """Return the SOAP 1.2 message of a call."""
    root = etree.Element(tag(SOAP, "Envelope"), nsmap={"soap": SOAP})
    header = etree.SubElement(root, tag(SOAP, "Header"))
    security = etree.SubElement(header, tag(SECURITY, "Security"), nsmap={"wsse": SECURITY})
    security.append(
        assertion(
            heading.practice,
            heading.operator,
            assertion_id=heading.message_id,
            at=heading.at.astimezone(UTC),
            signer=heading.signer,
        )
    )
    _contexts(header, heading)
    etree.SubElement(header, tag(ADDRESSING, "Action"), nsmap={"wsa": ADDRESSING}).text = heading.action
    message_id = etree.SubElement(header, tag(ADDRESSING, "MessageID"), nsmap={"wsa": ADDRESSING})
    message_id.text = f"uuid:{heading.message_id}"
    etree.SubElement(root, tag(SOAP, "Body")).append(body)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def _contexts(header: Any, heading: Heading) -> None:
    moment = f"{heading.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{heading.at.microsecond // 1000:03d}Z"
    told = (("Id", heading.message_id), ("Temps", moment), ("Emetteur", heading.operator.identifier))
    bam = etree.SubElement(header, tag(BAM, "ContexteBAM"), {"Version": "01_02"}, nsmap={"ctxbam": BAM})
    _fill(bam, BAM, told)
    etree.SubElement(bam, tag(BAM, "COUVERTURE"))
    about = {"Nature": "CTXLPS", "Version": "01_00"}
    lps = etree.SubElement(header, tag(LPS, "ContexteLPS"), about, nsmap={"ctxlps": LPS})
    _fill(lps, LPS, told)
    ours = etree.SubElement(lps, tag(LPS, "LPS"))
    etree.SubElement(ours, tag(LPS, "IDAM"), {"R": "4"}).text = heading.software.authorisation
    software = heading.software
    named = (("Version", software.version), ("Instance", software.instance), ("Nom", f"urn:lps:{software.name}"))
    _fill(ours, LPS, named)


def by_traits(traits: SearchTraits) -> Any:
    """Return the body of a search by traits (WS_INS2)."""
    body = etree.Element(tag(BY_TRAITS, "RECSANSVITALE"), nsmap={"ins": BY_TRAITS})
    _fill(body, BY_TRAITS, [("NomNaissance", traits.birth_name), *(("Prenom", name) for name in traits.given_names)])
    _fill(body, BY_TRAITS, (("Sexe", traits.sex), ("DateNaissance", traits.birth_date)))
    if traits.birth_place:
        _fill(body, BY_TRAITS, (("LieuNaissance", traits.birth_place),))
    return body


def by_card(holder: CardHolder) -> Any:
    """Return the body of a search by Vitale card (WS_INS1)."""
    body = etree.Element(tag(BY_CARD, "RECVITALE"), nsmap={"ins": BY_CARD})
    if holder.own_number:
        _fill(
            etree.SubElement(body, tag(BY_CARD, "MatriculeIndividu")), BY_CARD, [("NumIdentifiant", holder.own_number)]
        )
    _fill(etree.SubElement(body, tag(BY_CARD, "MatriculeOD")), BY_CARD, [("NumIdentifiant", holder.insured_number)])
    if holder.birth_name:
        _fill(body, BY_CARD, [("NomNaissance", holder.birth_name)])
    _fill(body, BY_CARD, (("DateNaissance", holder.birth_date), ("RangNaissance", holder.rank)))
    return body


def verification(identity: InsiIdentity) -> Any:
    """Return the body of the verification of an INS and its traits."""
    body = etree.Element(tag(CHECKED, "VERIFICATION"), nsmap={"ins": CHECKED})
    individual = etree.SubElement(body, tag(CHECKED, "IndividuVerifie"))
    given = etree.SubElement(individual, tag(CHECKED, "INSFourni"))
    number = etree.SubElement(given, tag(CHECKED, "IdIndividu"))
    matricule = identity.matricule
    _fill(number, CHECKED, (("NumIdentifiant", matricule[:-_KEY_LENGTH]), ("Cle", matricule[-_KEY_LENGTH:])))
    _fill(given, CHECKED, [("OID", identity.oid)])
    traits = etree.SubElement(individual, tag(CHECKED, "TraitsIdentiteIndividu"))
    told = [
        ("NomNaissance", identity.birth_name),
        ("ListePrenom", identity.given_names),
        ("Sexe", identity.sex),
        ("DateNaissance", identity.birth_date),
    ]
    _fill(traits, CHECKED, told)
    if identity.birth_place:
        _fill(traits, CHECKED, [("LieuNaissance", identity.birth_place)])
    return body


def widened(traits: SearchTraits) -> Iterator[SearchTraits]:
    """Yield the searches while nobody is found: with the first given name alone, then with each of the others."""
    for name in traits.given_names:
        yield replace(traits, given_names=(name,), birth_place="")


def narrowed(traits: SearchTraits) -> Iterator[SearchTraits]:
    """Yield the searches to make while several are found: with all the given names, then with the birth place."""
    if len(traits.given_names) > 1:
        yield replace(traits, birth_place="")
    if traits.birth_place:
        yield traits


def _fill(parent: Any, namespace: str, values: Iterable[tuple[str, str]]) -> None:
    for name, value in values:
        etree.SubElement(parent, tag(namespace, name)).text = value
