"""A person's sheet for identity officers: every local identity, number, membership and merge."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from passerelle.care.identity.models import Identifier, IdentityEvidence, InsiCall, LocalIdentity, Membership, Merge
from passerelle.care.identity.rules import ATTRIBUTE_LABELS
from passerelle.care.identity.selectors.desk import TrustZone, relation_to, trust_zones
from passerelle.care.identity.selectors.finding import PersonRow, search_people
from passerelle.care.identity.selectors.known import LocalTraits, PersonTraits, best_traits, local_traits_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.core.directory import api as directory
from passerelle.protocols.ins import api as ins

STATUS_KINDS = {"QUAL": "done", "VALI": "info", "RECUP": "info", "PROV": "attention"}


def found_identities(viewer: Viewer, text: str, *, at: datetime) -> list[PersonRow]:
    """Return the persons that a text finds among those the viewer may compare; the search is audited.

    The identity cell sees the whole territory, an admission clerk the persons known where they work.

    Raises:
        AccessRefused: the viewer may not search identities.
    """
    is_wide = access.allowed(viewer, Kind.IDENTITY, Act.SEARCH, relation=Relation.TERRITORY)
    relation = Relation.TERRITORY if is_wide else Relation.ESTABLISHMENT
    access.check(viewer, Kind.IDENTITY, Act.SEARCH, relation=relation, target="identities", at=at)
    return search_people(text, establishments=None if is_wide else viewer.establishments)


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number a source gave; former ones are kept."""

    type: str
    value: str
    authority: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class KnownAs:
    """A local identity as its establishment tells it; `has_newer` when another one absorbed it."""

    traits: LocalTraits
    establishment_name: str
    ins_display: str
    numbers: tuple[NumberRow, ...]
    has_newer: bool
    trust: TrustZone

    @property
    def attribute_labels(self) -> list[str]:
        """Return the attributes of the identity in French; one that has no label shows its code."""
        return [ATTRIBUTE_LABELS.get(code, code) for code in self.traits.attributes]

    @property
    def status_kind(self) -> str:
        """Return how the status is shown."""
        return STATUS_KINDS.get(self.traits.status, "neutral")


@dataclass(frozen=True, slots=True)
class Turn:
    """A fact in the history of the person: who joined or left, what was merged or separated, when, from what."""

    at: datetime
    label: str
    detail: str
    source: str


@dataclass(frozen=True, slots=True)
class PersonSheet:
    """A person with all that is known of them, and how they came to be one person."""

    person_id: UUID
    traits: PersonTraits
    known_as: tuple[KnownAs, ...]
    turns: tuple[Turn, ...]


def person_sheet(viewer: Viewer, person_id: UUID, *, at: datetime) -> PersonSheet:
    """Return a person's sheet; the reading is audited.

    Raises:
        AccessRefused: the viewer may not read identities, or there is no such person.
    """
    rows = list(
        LocalIdentity.objects.filter(memberships__person_id=person_id, memberships__until=None).order_by(
            "superseded_by_id", "-updated_at", "pk"
        )
    )
    access.check(
        viewer,
        Kind.IDENTITY,
        Act.READ,
        relation=relation_to(viewer, rows),
        target=f"person:{person_id}",
        person_id=person_id if rows else None,
        at=at,
    )
    if not rows:
        raise access.AccessRefused
    names = {row.code: row.name for row in directory.establishments(with_test=True)}
    return PersonSheet(
        person_id=person_id,
        traits=best_traits(person_id, rows),
        known_as=_known_as(viewer, rows, names),
        turns=tuple(sorted(_turns(rows, person_id, names), key=lambda turn: turn.at)),
    )


def _known_as(viewer: Viewer, rows: list[LocalIdentity], names: dict[str, str]) -> tuple[KnownAs, ...]:
    numbers: dict[UUID, list[NumberRow]] = {row.pk: [] for row in rows}
    for number in Identifier.objects.filter(local_identity__in=rows).order_by("type", "value", "pk"):
        numbers[number.local_identity_id].append(
            NumberRow(number.type, number.value, number.universal_id or number.namespace, number.is_current)
        )
    zones = trust_zones(viewer, rows)
    return tuple(
        KnownAs(
            traits=local_traits_of(row),
            establishment_name=names.get(row.establishment_id, row.establishment_id),
            ins_display=ins.format_matricule(row.ins_matricule) if row.ins_matricule else "",
            numbers=tuple(numbers[row.pk]),
            has_newer=row.superseded_by_id is not None,
            trust=zones[row.pk],
        )
        for row in rows
    )


def _turns(rows: list[LocalIdentity], person_id: UUID, names: dict[str, str]) -> list[Turn]:
    return [*_memberships(rows, person_id), *_merges(rows, names), *_proofs(rows), *_answers(rows)]


def _proofs(rows: list[LocalIdentity]) -> list[Turn]:
    turns = []
    seen = IdentityEvidence.objects.filter(local_identity__in=rows).select_related("local_identity")
    for proof in seen.order_by("checked_at", "pk"):
        detail = f"{_designation(proof.local_identity)}, {proof.get_code_display()}"
        turns.append(Turn(proof.checked_at, "Pièce contrôlée", detail, proof.checked_by_name))
        if proof.withdrawn_at is not None:
            turns.append(Turn(proof.withdrawn_at, "Contrôle de pièce retiré", detail, proof.withdrawn_reason))
    return turns


def _answers(rows: list[LocalIdentity]) -> list[Turn]:
    settled = InsiCall.objects.filter(local_identity__in=rows, settled_at__isnull=False)
    return [
        Turn(
            call.settled_at or call.asked_at,
            "Réponse d’INSi retenue" if call.accepted else "Réponse d’INSi écartée",
            _designation(call.local_identity),
            call.settled_by_name,
        )
        for call in settled.select_related("local_identity").order_by("settled_at", "pk")
    ]


def _memberships(rows: list[LocalIdentity], person_id: UUID) -> list[Turn]:
    ipps = {row.pk: _designation(row) for row in rows}
    held = (
        Membership.objects.filter(Q(person_id=person_id) | Q(local_identity__in=rows))
        .select_related("local_identity")
        .order_by("since", "pk")
    )
    turns = []
    for row in held:
        who = ipps.get(row.local_identity_id) or _designation(row.local_identity)
        here = row.person_id == person_id
        label = "Rattachée à cette personne" if here else "Rattachée à une autre personne"
        turns.append(Turn(row.since, label, f"{who}, {row.get_reason_display()}", row.source))
    return turns


def _merges(rows: list[LocalIdentity], names: dict[str, str]) -> list[Turn]:
    found = (
        Merge.objects.filter(Q(survivor__in=rows) | Q(victim__in=rows))
        .select_related("survivor", "victim")
        .order_by("merged_at", "pk")
    )
    turns = []
    for row in found:
        place = names.get(row.survivor.establishment_id, row.survivor.establishment_id)
        detail = f"{place} : {_designation(row.victim)} absorbée par {_designation(row.survivor)}"
        turns.append(Turn(row.merged_at, "Fusion", detail, row.source))
        if row.undone_at is not None:
            turns.append(Turn(row.undone_at, "Fusion annulée", detail, row.undone_reason))
    return turns


def _designation(row: LocalIdentity) -> str:
    return f"IPP {row.ipp}" if row.ipp else "identité sans IPP"
