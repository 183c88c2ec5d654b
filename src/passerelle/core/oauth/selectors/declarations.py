"""The applications of the house, as those who answer for them read them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from passerelle.core.directory import api as directory
from passerelle.core.oauth.models import Declaration, ProofMeans, Purpose
from passerelle.core.oauth.rules.scopes import Wording, worded


@dataclass(frozen=True, slots=True)
class DeclarationRow:
    """One application; `status` is a kind and a word."""

    id: UUID
    name: str
    client_id: str
    description: str
    establishment: str
    purpose_label: str
    proof_label: str
    contact: str
    scopes: tuple[Wording, ...]
    return_addresses: tuple[str, ...]
    launch_address: str
    key_names: tuple[str, ...]
    declared_by: str
    declared_by_id: UUID
    declared_at: datetime
    approved_by: str
    approved_at: datetime | None
    expires_on: date
    revoked_at: datetime | None
    status: tuple[str, str]
    authorisation_count: int

    @property
    def awaits(self) -> bool:
        """Tell whether it waits for a second person."""
        return self.approved_at is None and self.revoked_at is None


def declarations(*, on: date) -> list[DeclarationRow]:
    """Return every application: those that wait first, then the open ones, then the others."""
    names = _names()
    held = Declaration.objects.select_related("application", "declared_by", "approved_by")
    rows = [_row(one, names, on, 0) for one in held.order_by("application__name", "pk")[:500]]
    ranks = {"attention": 0, "done": 1, "danger": 2, "neutral": 3}
    return sorted(rows, key=lambda row: ranks[row.status[0]])


def declaration(declaration_id: UUID, *, on: date) -> DeclarationRow | None:
    """Return one application; None when there is none."""
    found = (
        Declaration.objects.select_related("application", "declared_by", "approved_by")
        .filter(pk=declaration_id)
        .first()
    )
    if found is None:
        return None
    count = found.application.authorisations.filter(withdrawn_at=None, code_used_at__isnull=False).count()
    return _row(found, _names(), on, count)


def launchable(declaration_id: UUID, *, on: date) -> Declaration | None:
    """Return an open application that a record may open; None when there is none."""
    found = Declaration.objects.select_related("application").filter(pk=declaration_id).first()
    return found if found is not None and found.launch_address and found.is_open(on) else None


def _names() -> dict[str, str]:
    return {row.code: row.name for row in directory.establishments(with_test=True)}


def _row(one: Declaration, names: dict[str, str], on: date, count: int) -> DeclarationRow:
    return DeclarationRow(
        id=one.pk,
        name=one.application.name,
        client_id=one.application.client_id,
        description=one.description,
        establishment=names.get(one.establishment_id, one.establishment_id),
        purpose_label=Purpose(one.purpose).label,
        proof_label=ProofMeans(one.proof_means).label,
        contact=one.contact,
        scopes=tuple(worded(one.scopes, is_own_record=False)),
        return_addresses=tuple(one.application.redirect_uris.split()),
        launch_address=one.launch_address,
        key_names=tuple(key["kid"] for key in one.keys.get("keys", ())),
        declared_by=one.declared_by.display_name,
        declared_by_id=one.declared_by_id,
        declared_at=one.declared_at,
        approved_by=one.approved_by.display_name if one.approved_by else "",
        approved_at=one.approved_at,
        expires_on=one.expires_on,
        revoked_at=one.revoked_at,
        status=_status(one, on),
        authorisation_count=count,
    )


def _status(one: Declaration, on: date) -> tuple[str, str]:
    if one.revoked_at is not None:
        return "neutral", "coupée"
    if one.approved_at is None:
        return "attention", "attend une seconde personne"
    return ("done", "ouverte") if on < one.expires_on else ("danger", "à revoir")
