"""Who a local identity is, and what is known of a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import F
from msgspec import Struct

from passerelle.care.exchange.api import ask
from passerelle.care.identity.models import LocalIdentity, Membership, Person, StatusRniv
from passerelle.protocols.ins import api as ins

_OF_PERSON = (
    "SELECT local.id, local.establishment_id, local.ipp, local.status, local.superseded_by_id"
    " FROM identity_membership member JOIN identity_localidentity local ON local.id = member.local_identity_id"
    " WHERE member.person_id = %s AND member.until IS NULL ORDER BY local.establishment_id, local.created_at, local.id"
)
STATUS_LABELS = {status.value: status.label for status in StatusRniv}
_BORN = {"F": "née", "M": "né"}
_BEST_FIRST = {StatusRniv.QUALIFIEE: 0, StatusRniv.RECUPEREE: 1, StatusRniv.VALIDEE: 2, StatusRniv.PROVISOIRE: 3}


class LocalIdentityRef(Struct, frozen=True):
    """A local identity and the person it belongs to.

    `via_alias` is the merged identity a late message named, when the reference was reached through it.
    `superseded_by` is set for a merged identity: its rows still count, its survivor speaks for it.
    """

    id: UUID
    person_id: UUID
    establishment: str
    ipp: str | None
    status: str = "PROV"
    superseded_by: UUID | None = None
    via_alias: UUID | None = None


class LocalTraits(Struct, frozen=True):
    """All that one establishment says of a patient."""

    id: UUID
    establishment: str
    ipp: str
    authority_namespace: str
    authority_oid: str
    status: str
    status_label: str
    attributes: tuple[str, ...]
    birth_name: str
    used_name: str
    given_names: tuple[str, ...]
    first_given: str
    birth_date: date | None
    sex: str
    birth_place: str
    address: dict[str, str]
    phone: str
    email: str
    deceased_at: datetime | None
    ins_matricule: str
    ins_oid: str
    ins_key_ok: bool
    superseded_by: UUID | None


@dataclass(frozen=True, slots=True)
class PersonTraits:
    """What a banner says of a person: the traits of the best known local identity (qualified first, then newest)."""

    person_id: UUID
    birth_name: str
    used_name: str
    given_names: tuple[str, ...]
    first_given: str
    birth_date: date | None
    sex: str
    birth_place: str
    status: str
    status_label: str
    ins_matricule: str
    ins_oid: str
    ins_display: str
    deceased_at: datetime | None
    phone: str = ""
    email: str = ""
    address: dict[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()

    @property
    def display_name(self) -> str:
        """Return « DURAND Camille (née MARTIN) », shaped for a heading."""
        usual = self.used_name or self.birth_name
        name = f"{usual.upper()} {self.first_given}".strip()
        if self.birth_name and self.birth_name.upper() != usual.upper():
            return f"{name} ({_BORN.get(self.sex, 'né(e)')} {self.birth_name.upper()})"
        return name or "Identité inconnue"


def root_of(identity: LocalIdentity) -> LocalIdentity:
    """Return the local identity that speaks for this one: itself, or the last survivor of its merges."""
    while identity.superseded_by_id is not None:
        identity = LocalIdentity.objects.get(pk=identity.superseded_by_id)
    return identity


def reference_to(
    identity: LocalIdentity, *, via_alias: UUID | None = None, person_id: UUID | None = None
) -> LocalIdentityRef:
    """Return the reference to a stored local identity, with its person of now (looked up unless it is given)."""
    return LocalIdentityRef(
        id=identity.id,
        person_id=person_id or person_of(identity.pk),
        establishment=identity.establishment_id,
        ipp=identity.ipp or None,
        status=identity.status,
        superseded_by=identity.superseded_by_id,
        via_alias=via_alias,
    )


def local_identities(person_id: UUID) -> list[LocalIdentityRef]:
    """Return every local identity of a person, merged ones included (their rows belong to the person too)."""
    return [
        LocalIdentityRef(id_, person_id, establishment, ipp or None, status, superseded_by)
        for id_, establishment, ipp, status, superseded_by in ask(_OF_PERSON, [person_id])
    ]


def person_of(local_identity_id: UUID) -> UUID:
    """Return the person a local identity belongs to now; a merged identity follows its survivor.

    Raises:
        LookupError: there is no such local identity.
    """
    found = (
        Membership.objects.current()
        .filter(local_identity=local_identity_id)
        .values_list("person_id", flat=True)
        .first()
    )
    if found is None:
        raise LookupError(f"no person for local identity {local_identity_id}")
    return found


def persons_of(local_identity_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the person of each local identity, in one query; unknown ones are absent."""
    rows = Membership.objects.current().filter(local_identity__in=list(local_identity_ids))
    return dict(rows.values_list("local_identity_id", "person_id"))


@dataclass(frozen=True, slots=True)
class Demographics:
    """What statistics need of a patient."""

    person_id: UUID
    birth_date: date | None
    sex: str


def demographics(local_identity_ids: Iterable[UUID]) -> dict[UUID, Demographics]:
    """Return the person, birth date and sex of each local identity, in one query; unknown ones are absent."""
    rows = Membership.objects.current().filter(local_identity__in=list(local_identity_ids))
    told = rows.values_list("local_identity_id", "person_id", "local_identity__birth_date", "local_identity__sex")
    return {id_: Demographics(person_id, birth_date, sex) for id_, person_id, birth_date, sex in told}


def local_traits(local_identity_id: UUID) -> LocalTraits:
    """Return what one establishment says of a patient.

    Raises:
        LookupError: there is no such local identity.
    """
    row = LocalIdentity.objects.filter(pk=local_identity_id).first()
    if row is None:
        raise LookupError(f"no local identity {local_identity_id}")
    return local_traits_of(row)


def local_traits_of(row: LocalIdentity) -> LocalTraits:
    """Return the traits of a stored row."""
    return LocalTraits(
        id=row.id,
        establishment=row.establishment_id,
        ipp=row.ipp,
        authority_namespace=row.authority_namespace,
        authority_oid=row.authority_oid,
        status=row.status,
        status_label=STATUS_LABELS.get(row.status, row.status),
        attributes=tuple(row.attributes),
        birth_name=row.birth_name,
        used_name=row.used_name,
        given_names=tuple(row.given_names),
        first_given=row.first_given,
        birth_date=row.birth_date,
        sex=row.sex,
        birth_place=row.birth_place,
        address=row.address,
        phone=row.phone,
        email=row.email,
        deceased_at=row.deceased_at,
        ins_matricule=row.ins_matricule,
        ins_oid=row.ins_oid,
        ins_key_ok=row.ins_key_ok,
        superseded_by=row.superseded_by_id,
    )


def traits(person_id: UUID) -> PersonTraits:
    """Return the traits to show for a person.

    Raises:
        LookupError: there is no such person, or no local identity is left in it.
    """
    found = traits_of_many([person_id])
    if person_id not in found:
        raise LookupError(f"no traits for person {person_id}")
    return found[person_id]


def traits_of_many(person_ids: Sequence[UUID]) -> dict[UUID, PersonTraits]:
    """Return the traits of several persons in one query; unknown persons are absent."""
    rows = (
        LocalIdentity.objects.filter(memberships__person_id__in=person_ids, memberships__until=None)
        .annotate(person_id=F("memberships__person_id"))
        .order_by("-updated_at", "pk")
    )
    by_person: dict[UUID, list[LocalIdentity]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(row)
    return {person_id: best_traits(person_id, known) for person_id, known in by_person.items()}


def best_traits(person_id: UUID, known: Sequence[LocalIdentity]) -> PersonTraits:
    """Return the traits of the best of these rows: not merged away, qualified first, then in the order given."""
    best = min(known, key=lambda row: (row.superseded_by_id is not None, _BEST_FIRST[StatusRniv(row.status)]))
    shared = ins.shared_ins(best)  # a banner is a way out: never a number without its five traits
    return PersonTraits(
        person_id=person_id,
        birth_name=best.birth_name,
        used_name=best.used_name,
        given_names=tuple(best.given_names),
        first_given=best.first_given,
        birth_date=best.birth_date,
        sex=best.sex,
        birth_place=best.birth_place,
        status=best.status,
        status_label=best.get_status_display(),
        ins_matricule=shared.matricule if shared else "",
        ins_oid=shared.oid if shared else "",
        ins_display=ins.format_matricule(shared.matricule) if shared else "",
        deceased_at=best.deceased_at,
        phone=best.phone,
        email=best.email,
        address=best.address,
        attributes=tuple(best.attributes),
    )


def person_with_ins(matricule: str, oid_family: str) -> UUID | None:
    """Return the person who holds a qualified INS, or None."""
    return Person.objects.filter(ins_family=oid_family, ins_matricule=matricule).values_list("pk", flat=True).first()
