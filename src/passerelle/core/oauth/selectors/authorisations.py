"""What somebody has allowed, as they read it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from passerelle.core.directory import api as directory
from passerelle.core.oauth.models import Authorisation
from passerelle.core.oauth.rules.scopes import Wording, worded


@dataclass(frozen=True, slots=True)
class AllowedRow:
    id: UUID
    name: str
    establishment: str
    description: str
    sentences: tuple[Wording, ...]
    allowed_at: datetime
    is_over: bool


def allowed_by(account_id: UUID, *, is_own_record: bool, on: date) -> list[AllowedRow]:
    """Return what an account allows now, the latest first; `is_over` when the application itself is closed."""
    held = (
        Authorisation.objects.filter(account_id=account_id, withdrawn_at=None, code_used_at__isnull=False)
        .select_related("application__declaration")
        .order_by("-allowed_at", "pk")[:100]
    )
    names = {row.code: row.name for row in directory.establishments(with_test=True)}
    return [
        AllowedRow(
            id=one.pk,
            name=one.application.name,
            establishment=names.get(one.application.declaration.establishment_id, ""),
            description=one.application.declaration.description,
            sentences=tuple(worded(one.scopes, is_own_record=is_own_record)),
            allowed_at=one.allowed_at,
            is_over=not one.application.declaration.is_open(on),
        )
        for one in held
    ]
