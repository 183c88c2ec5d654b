"""Put a document in the record: its bytes and its DocumentReference, with who made it and where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from passerelle.care.record import api as record
from passerelle.core.directory import api as directory
from passerelle.protocols.fhir import api as fhir

URI = "urn:ietf:rfc:3986"
RPPS = "urn:oid:1.2.250.1.71.4.2.1"
ORIGINS = "urn:passerelle:origin"
FROM_TOWN = fhir.coding(ORIGINS, "town-doctor", "Déclaré par le médecin traitant")


@dataclass(frozen=True, slots=True)
class Piece:
    """One content of a document: its MIME type and bytes."""

    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to store. `replaces` is the one it takes the place of; `based_on` a request it answers."""

    id: UUID
    local_identity_id: UUID
    establishment: str
    code: str
    display: str
    title: str
    author: str
    author_rpps: str
    pieces: Sequence[Piece]
    unique_id: str
    created_at: datetime
    stay_id: UUID | None = None
    replaces: UUID | None = None
    based_on: UUID | None = None
    comes_from_town: bool = False


def store(paper: Paper, *, at: datetime, source: str) -> UUID:
    """Store a document in the caller's transaction, mark the one it replaces; return its id."""
    subject = fhir.reference(f"Patient/{paper.local_identity_id}")
    contents = [_kept(paper, piece, at) for piece in paper.pieces]
    related = [f"ServiceRequest/{paper.based_on}"] if paper.based_on else []
    stays = [f"Encounter/{paper.stay_id}"] if paper.stay_id else []
    resource = fhir.document_reference(
        str(paper.id),
        subject=subject,
        content=contents,
        docStatus="final",
        masterIdentifier=fhir.identifier(f"urn:oid:{paper.unique_id}", system=URI),
        document_type=fhir.codeable_concept(fhir.coding(fhir.LOINC, paper.code, paper.display), text=paper.title),
        date=fhir.moment(paper.created_at),
        author=[author_of(paper.author, paper.author_rpps)],
        custodian=_custodian(paper),
        description=paper.title,
        relatesTo=_replacing(paper.replaces),
        context=fhir.pruned(
            {
                "encounter": [fhir.reference(one) for one in stays],
                "related": [fhir.reference(one) for one in related],
            }
        )
        or None,
        meta={"tag": [FROM_TOWN]} if paper.comes_from_town else None,
    )
    record.put(
        resource,
        local_identity_id=paper.local_identity_id,
        at=at,
        source=source,
        establishment=paper.establishment,
    )
    if paper.replaces is not None:
        _supersede(paper.replaces, at=at, source=source)
    return paper.id


def author_of(name: str, rpps: str) -> dict[str, Any]:
    """Return who wrote or said something, as FHIR refers to a professional."""
    return fhir.reference(None, display=name, logical=fhir.identifier(rpps, system=RPPS) if rpps else None)


def _kept(paper: Paper, piece: Piece, at: datetime) -> dict[str, Any]:
    binary = record.put_content(piece.content, mime=piece.mime, local_identity_id=paper.local_identity_id, at=at)
    return fhir.attachment(
        piece.mime,
        url=f"Binary/{binary}",
        title=paper.title,
        size=len(piece.content),
        creation=fhir.moment(paper.created_at),
    )


def _custodian(paper: Paper) -> dict[str, Any] | None:
    if paper.comes_from_town:
        return None
    place = directory.establishment(paper.establishment)
    return fhir.reference(None, display=place.name) if place else None


def _replacing(former: UUID | None) -> list[dict[str, Any]] | None:
    if former is None:
        return None
    return [{"code": "replaces", "target": fhir.reference(f"DocumentReference/{former}")}]


def _supersede(former: UUID, *, at: datetime, source: str) -> None:
    held = record.read("DocumentReference", former)
    if held is None or held.deleted:
        return
    resource = fhir.loads(held.body)
    record.put(resource | {"status": "superseded"}, local_identity_id=held.local_identity_id, at=at, source=source)
