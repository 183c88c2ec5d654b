"""Photographs of documents: handed in, compared by an identity officer, forgotten once they have served."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from passerelle.care.identity import api as identity
from passerelle.care.preadmission.models import Piece, Preadmission
from passerelle.care.preadmission.rules.vocabulary import OF_IDENTITY, Judgement, PieceKind
from passerelle.care.preadmission.selectors.finding import PIECE, by_id
from passerelle.care.preadmission.services.steps import Pen
from passerelle.core.audit import api as audit
from passerelle.core.files import api as files

ALLOWED: Final = files.Allowed(most_bytes=15 * files.MEGABYTE, most_pages=4)
#: A photograph of a document is not kept once the person has come.
KEPT_AFTER: Final = timedelta(days=15)


class NoSuchPiece(LookupError):
    """Cette photographie n’existe pas."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an officer says: `proof` and `valid_until` are used only when the original was seen."""

    judgement: Judgement
    note: str = ""
    proof: str = ""
    valid_until: date | None = None


def hand_in(
    *, preadmission_id: UUID, kind: PieceKind, upload: object, proof: str = "", pen: Pen, at: datetime
) -> files.KeptFile:
    """Keep a photograph; the one of the same kind before it is forgotten. A refusal leaves its row in quarantine.

    Raises:
        FileRefused: what is wrong with the file, and what to do.
    """
    owner = files.Owner(PIECE, preadmission_id)
    kept = files.keep(upload, owner=owner, by=pen.voice.actor, at=at, allowed=ALLOWED)
    return _hold(preadmission_id, kind, proof, kept, pen, at)


@transaction.atomic
def _hold(
    preadmission_id: UUID, kind: PieceKind, proof: str, kept: files.KeptFile, pen: Pen, at: datetime
) -> files.KeptFile:
    Preadmission.objects.select_for_update(of=("self",)).get(pk=preadmission_id)
    for before in Piece.objects.filter(preadmission_id=preadmission_id, kind=kind.value):
        files.forget(files.Owner(PIECE, before.pk))
        before.delete()
    row = Piece.objects.create(
        preadmission_id=preadmission_id,
        kind=kind.value,
        proof=proof,
        at=at,
        by_name=pen.voice.actor.name[:200],
        door=pen.voice.door.value,
    )
    return files.give(kept.id, giver=kept.owner, taker=files.Owner(PIECE, row.pk))


@transaction.atomic
def judge(*, piece_id: UUID, verdict: Verdict, by: audit.Actor, at: datetime) -> None:
    """Say whether a photograph agrees with the traits. Only an original seen changes the trust of the identity.

    « Original vu » records a proof through identity, which gives the status, and forgets the images.

    Raises:
        NoSuchPiece: there is none, or it is no proof of identity.
        EvidenceRefused: identity does not take this proof; nothing is changed.
    """
    row = Piece.objects.select_for_update(of=("self",)).select_related("preadmission").filter(pk=piece_id).first()
    if row is None or PieceKind(row.kind) not in OF_IDENTITY:
        raise NoSuchPiece(piece_id)
    file_id = row.preadmission.local_identity_id
    if verdict.judgement is Judgement.VALIDATED:
        shown = identity.Shown(verdict.proof, valid_until=verdict.valid_until)
        identity.record_evidence(local_identity_id=file_id, shown=shown, by=by, at=at)
    both = Piece.objects.filter(preadmission_id=row.preadmission_id, kind__in=[one.value for one in OF_IDENTITY])
    judged = both if verdict.judgement in {Judgement.VALIDATED, Judgement.AGREES} else both.filter(pk=row.pk)
    judged.update(judgement=verdict.judgement.value, note=verdict.note[:300], judged_at=at, judged_by=by.name[:200])
    if verdict.judgement is Judgement.VALIDATED:
        _forget([one.pk for one in both], at)
    audit.record(
        audit.Action.IDENTITY_READ,
        by=by,
        at=at,
        target=f"preadmission:{row.preadmission_id}",
        person_id=identity.person_of(file_id),
        detail={"piece": row.kind, "judgement": verdict.judgement.value},
    )


def forget_old(*, at: datetime) -> int:
    """Delete the images of comings that are over since `KEPT_AFTER`; what was said of them stays."""
    old = Piece.objects.filter(forgotten_at=None, preadmission__starts_at__lt=at - KEPT_AFTER)
    return _forget(list(old.values_list("pk", flat=True)), at)


def _forget(piece_ids: list[UUID], at: datetime) -> int:
    for one in piece_ids:
        files.forget(files.Owner(PIECE, one))
    return Piece.objects.filter(pk__in=piece_ids, forgotten_at=None).update(forgotten_at=at)


def piece_file(preadmission_id: UUID, piece_id: UUID) -> files.ReadFile:
    """Return the bytes of a photograph of this pre-admission; the access decision is the caller's.

    Raises:
        LookupError: it has none, or it was forgotten.
    """
    row = by_id(preadmission_id)
    found = next((one for one in row.pieces if one.id == piece_id and one.file), None)
    if found is None or found.file is None:
        raise LookupError(f"no piece {piece_id}")
    return files.read(found.file.id, files.Owner(PIECE, piece_id))
