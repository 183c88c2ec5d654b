"""Keeping a file: judged, made safe, then stored; forgetting it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final, Protocol
from uuid import UUID

from django.db import transaction

from passerelle.core.files.models import RefusedFile, StoredContent, StoredFile
from passerelle.core.files.rules.hints import hints
from passerelle.core.files.rules.kinds import MEGABYTE, Allowed, FileKind, Stranger, kind_of
from passerelle.core.files.rules.pdf import make_safe
from passerelle.core.files.rules.photographs import draw_again
from passerelle.core.files.rules.refusals import FileRefused, Why
from passerelle.core.files.selectors import KeptFile, Owner, row_of

_MOST_QUARANTINED: Final = 15 * MEGABYTE


class Hand(Protocol):
    """Who hands a file in: an actor of the journal says both."""

    @property
    def account_id(self) -> UUID | None:
        """Return the account, None for the house."""

    @property
    def name(self) -> str:
        """Return the name that is kept with the file."""


@dataclass(frozen=True, slots=True)
class Safe:
    """A file made safe, before it is stored."""

    kind: FileKind
    content: bytes
    width: int = 0
    height: int = 0
    pages: int = 1
    hints: tuple[str, ...] = ()


def examine(content: bytes, allowed: Allowed) -> Safe:
    """Return the safe form of a file; photographs become JPEG, a PDF stays one. Writes nothing.

    Raises:
        FileRefused: empty, too heavy, of a kind that is not admitted, or it cannot be made safe.
    """
    if not content:
        raise FileRefused(Why.EMPTY)
    if len(content) > allowed.most_bytes:
        limit = allowed.most_bytes // MEGABYTE
        raise FileRefused(Why.TOO_HEAVY, f"le fichier dépasse {limit}\u00a0Mo\u202f; photographiez-le de nouveau")
    kind = kind_of(content)
    if isinstance(kind, Stranger):
        raise FileRefused(Why.STRANGER, kind.label)
    if kind not in allowed.kinds:
        admitted = "un PDF" if FileKind.PDF in allowed.kinds else "une photographie"
        raise FileRefused(Why.NOT_HERE, f"ici, envoyez {admitted}")
    return _MAKERS[kind](content, allowed)


def _pdf(content: bytes, allowed: Allowed) -> Safe:
    safe = make_safe(content, most_pages=allowed.most_pages)
    return Safe(FileKind.PDF, safe.content, pages=safe.pages)


def _photograph(content: bytes, allowed: Allowed) -> Safe:
    drawn = draw_again(content, most_side=allowed.most_side)
    found = tuple(one.value for one in hints(drawn.image))
    return Safe(FileKind.JPEG, drawn.content, drawn.width, drawn.height, hints=found)


_MAKERS: Final[dict[FileKind, Callable[[bytes, Allowed], Safe]]] = {
    FileKind.PDF: _pdf,
    FileKind.JPEG: _photograph,
    FileKind.PNG: _photograph,
    FileKind.WEBP: _photograph,
}


def keep(upload: bytes | IO[bytes] | Any, *, owner: Owner, by: Hand, at: datetime, allowed: Allowed) -> KeptFile:
    """Keep a file for its owner. `upload` is bytes, or anything with `read(size)`.

    A refusal leaves a row in quarantine: call this outside a transaction that the refusal would undo.

    Raises:
        FileRefused: what is wrong with it and what to do.
    """
    content = upload if isinstance(upload, bytes) else bytes(upload.read(allowed.most_bytes + 1))
    try:
        safe = examine(content, allowed)
    except FileRefused as refusal:
        _quarantine(content, refusal, owner=owner, by=by, at=at)
        raise
    return store(safe, received=content, owner=owner, by=by, at=at)


@transaction.atomic
def store(safe: Safe, *, received: bytes, owner: Owner, by: Hand, at: datetime) -> KeptFile:
    """Store what `examine` made safe, in the caller's transaction."""
    row = StoredFile.objects.create(
        owner_kind=owner.kind,
        owner_id=owner.id,
        mime=safe.kind.value,
        size=len(safe.content),
        sha256=hashlib.sha256(safe.content).hexdigest(),
        received_sha256=hashlib.sha256(received).hexdigest(),
        width=safe.width,
        height=safe.height,
        pages=safe.pages,
        hints=list(safe.hints),
        kept_at=at,
        kept_by=by.account_id,
        kept_by_name=by.name[:200],
    )
    StoredContent.objects.create(file=row, content=safe.content)
    return row_of(row)


def _quarantine(content: bytes, refusal: FileRefused, *, owner: Owner, by: Hand, at: datetime) -> None:
    RefusedFile.objects.create(
        owner_kind=owner.kind,
        owner_id=owner.id,
        reason=refusal.reason.value,
        why=refusal.why[:400],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content if content and len(content) <= _MOST_QUARANTINED else None,
        refused_at=at,
        refused_by=by.account_id,
        refused_by_name=by.name[:200],
    )


@transaction.atomic
def give(file_id: UUID, *, giver: Owner, taker: Owner) -> KeptFile:
    """Hand a kept file over to another owner.

    Raises:
        LookupError: the giver has no such file.
    """
    mine = StoredFile.objects.select_for_update().filter(pk=file_id, owner_kind=giver.kind, owner_id=giver.id)
    row = mine.first()
    if row is None:
        raise LookupError(f"no file {file_id} of {giver.kind}")
    row.owner_kind, row.owner_id = taker.kind, taker.id
    row.save(update_fields=["owner_kind", "owner_id"])
    return row_of(row)


def forget(owner: Owner, *, file_id: UUID | None = None) -> int:
    """Delete the files of an owner, or one of them, with their bytes; return how many there were."""
    mine = StoredFile.objects.filter(owner_kind=owner.kind, owner_id=owner.id)
    _, counts = (mine if file_id is None else mine.filter(pk=file_id)).delete()
    return counts.get("files.StoredFile", 0)


def empty_quarantine(*, before: datetime) -> int:
    """Delete what was refused before a moment; return how many rows."""
    return RefusedFile.objects.filter(refused_at__lt=before).delete()[0]
