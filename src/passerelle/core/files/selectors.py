"""Files of an owner, and the bytes of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.core.files.models import RefusedFile, StoredContent, StoredFile
from passerelle.core.files.rules.hints import Hint
from passerelle.core.files.rules.kinds import FileKind
from passerelle.core.files.rules.refusals import Why


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose file it is: the kind names a table of a package (`preadmission.document`), the id its row."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it is kept; `size` in bytes, `hints` what its photograph lacks."""

    id: UUID
    owner: Owner
    kind: FileKind
    size: int
    sha256: str
    width: int
    height: int
    pages: int
    hints: tuple[Hint, ...]
    kept_at: datetime
    kept_by_name: str

    @property
    def mime(self) -> str:
        """Return its MIME type."""
        return str(self.kind.value)

    @property
    def is_image(self) -> bool:
        """Tell a photograph from a PDF."""
        return self.kind is not FileKind.PDF


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A kept file with its bytes."""

    kept: KeptFile
    content: bytes


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A file that was refused: why, when, by whom handed in."""

    id: int
    owner: Owner
    reason: Why
    why: str
    size: int
    refused_at: datetime
    refused_by_name: str


def row_of(row: StoredFile) -> KeptFile:
    """Return a stored row as the value that leaves this package."""
    return KeptFile(
        row.id,
        Owner(row.owner_kind, row.owner_id),
        FileKind(row.mime),
        row.size,
        row.sha256,
        row.width,
        row.height,
        row.pages,
        tuple(Hint(one) for one in row.hints),
        row.kept_at,
        row.kept_by_name,
    )


def files_of(owner_kind: str, owner_ids: Iterable[UUID]) -> list[KeptFile]:
    """Return the files of several owners of one kind, oldest first, in one query and without their bytes."""
    rows = StoredFile.objects.filter(owner_kind=owner_kind, owner_id__in=list(owner_ids))
    return [row_of(row) for row in rows.order_by("kept_at", "id")]


def read(file_id: UUID, owner: Owner) -> ReadFile:
    """Return a file of this owner with its bytes; the owner's access decision comes before.

    Raises:
        LookupError: this owner has no such file.
    """
    found = (
        StoredContent.objects.select_related("file")
        .filter(file_id=file_id, file__owner_kind=owner.kind, file__owner_id=owner.id)
        .first()
    )
    if found is None:
        raise LookupError(f"no file {file_id} of {owner.kind}")
    return ReadFile(row_of(found.file), bytes(found.content))


def quarantined(owner: Owner) -> list[RefusedRow]:
    """Return what was refused for an owner, newest first; the bytes stay where they are."""
    rows = RefusedFile.objects.filter(owner_kind=owner.kind, owner_id=owner.id).defer("content")
    return [
        RefusedRow(row.pk, owner, Why(row.reason), row.why, row.size, row.refused_at, row.refused_by_name)
        for row in rows.order_by("-refused_at", "-id")
    ]
