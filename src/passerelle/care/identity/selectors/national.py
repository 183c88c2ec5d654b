"""What the simulated teleservice needs to answer about the people of a demonstration. Nothing else reads this."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from passerelle.care.identity.models import LocalIdentity
from passerelle.protocols import ins

_MOST = 200


@dataclass(frozen=True, slots=True)
class KnownBearer:
    """Someone of the house who has these traits; `matricule` is "" when no qualified INS is held."""

    local_identity_id: UUID
    birth_name: str
    given_names: tuple[str, ...]
    sex: str
    birth_date: date
    birth_place: str
    matricule: str
    oid: str


def bearers_of(*, birth_name: str, sex: str, birth_date: date) -> list[KnownBearer]:
    """Return those born that day, of that sex and under that name, those whose INS is known first."""
    rows = LocalIdentity.objects.filter(birth_date=birth_date, sex=sex, superseded_by=None)
    found = [
        _bearer(row) for row in rows.order_by("-ins_key_ok", "pk")[:_MOST] if ins.same_name(row.birth_name, birth_name)
    ]
    return sorted(found, key=lambda one: (not one.matricule, one.local_identity_id))


def bearer_of(*, matricule: str) -> KnownBearer | None:
    """Return who bears a matricule in the house, None when nobody does."""
    row = LocalIdentity.objects.filter(ins_matricule=matricule, status="QUAL").order_by("pk").first()
    return _bearer(row) if row is not None and row.birth_date is not None else None


def _bearer(row: LocalIdentity) -> KnownBearer:
    shared = ins.shared_ins(row)
    return KnownBearer(
        local_identity_id=row.pk,
        birth_name=row.birth_name,
        given_names=tuple(row.given_names),
        sex=row.sex,
        birth_date=row.birth_date or date.min,
        birth_place=row.birth_place,
        matricule=shared.matricule if shared else "",
        oid=shared.oid if shared else "",
    )
