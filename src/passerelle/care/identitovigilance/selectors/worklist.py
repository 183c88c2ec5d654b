"""What awaits the identity cell: pairs, signatures, collisions, messages, doubtful files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from passerelle.care.exchange import api as exchange
from passerelle.care.identitovigilance.models import Claim, Decision, DecisionState, Verdict
from passerelle.care.identitovigilance.rules.fairness import Gravity, in_turn, pair_gravity, urgency
from passerelle.care.identitovigilance.selectors.places import names
from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.core.access.api import Viewer

_MOST_PAIRS = 400
_SHOWN = 50
_DOUBTFUL = ("DOUT", "DOUA", "DOUB")
_HOMONYMS = ("HOMA", "HOMD")
_DIFFERS = {"birth_date": "date de naissance", "sex": "sexe", "birth_name": "nom de naissance", "first_given": "prénom"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the list is asked: an establishment, a gravity, an order ("" : fair, "anciennes", "probables")."""

    establishment: str = ""
    gravity: int = 0
    order: str = ""


@dataclass(frozen=True, slots=True)
class PairLine:
    """A pair of the list."""

    id: UUID
    first: identity.LocalTraits
    second: identity.LocalTraits
    places: str
    establishments: frozenset[str]
    probability: float
    gravity: Gravity
    proposed_at: datetime
    guard: str
    holder: str
    is_mine: bool
    is_put_off: bool

    @property
    def likeness(self) -> float:
        """Return the probability to show: never a certainty."""
        return min(self.probability, 0.999)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of each work there is."""

    pairs: int
    signatures: int
    collisions: int
    messages: int
    doubtful: int


def pair_lines(viewer: Viewer, asked: Asked, *, at: datetime) -> list[PairLine]:
    """Return the pairs to decide, in a fair order; those that await a signature are not among them."""
    establishments = frozenset({asked.establishment}) if asked.establishment else None
    awaiting = set(_awaiting().values_list("pair_id", flat=True))
    rows = [
        row for row in matching.open_pairs(establishments=establishments, limit=_MOST_PAIRS) if row.id not in awaiting
    ]
    lines = _lines(viewer, rows, at=at)
    if asked.gravity:
        lines = [line for line in lines if line.gravity == asked.gravity]
    return _ordered(lines, asked.order, at=at)[:_SHOWN]


def _ordered(lines: list[PairLine], order: str, *, at: datetime) -> list[PairLine]:
    if order == "anciennes":
        return sorted(lines, key=lambda line: (line.proposed_at, line.id))
    if order == "probables":
        return sorted(lines, key=lambda line: (-line.probability, line.id))
    ranked = in_turn(
        sorted(lines, key=lambda line: line.id),
        group=lambda line: line.first.establishment,
        rank=lambda line: urgency(line.gravity, line.proposed_at, at=at),
    )
    return sorted(ranked, key=lambda line: line.is_put_off)


def _lines(viewer: Viewer, rows: Sequence[matching.PairRow], *, at: datetime) -> list[PairLine]:
    traits = identity.traits_by_file({id_ for row in rows for id_ in (row.first_id, row.second_id)})
    claims = {row.subject: row for row in Claim.objects.filter(until__gt=at).order_by("subject")}
    put_off = set(
        Decision.objects.filter(verdict=Verdict.LATER, pair_id__in=[row.id for row in rows]).values_list(
            "pair_id", flat=True
        )
    )
    places = names()
    found = []
    for row in rows:
        first, second = traits.get(row.first_id), traits.get(row.second_id)
        if first is None or second is None:
            continue
        held = claims.get(f"pair:{row.id}")
        codes = (row.first_establishment, row.second_establishment)
        found.append(
            PairLine(
                id=row.id,
                first=first,
                second=second,
                places=" et ".join(dict.fromkeys(places.get(code, code) for code in codes)),
                establishments=frozenset(codes),
                probability=row.probability,
                gravity=pair_gravity(
                    is_same_establishment=codes[0] == codes[1],
                    statuses=(first.status, second.status),
                    has_guards=bool(row.guards),
                ),
                proposed_at=row.proposed_at,
                guard=row.guards[0] if row.guards else "",
                holder=held.account_name if held else "",
                is_mine=held is not None and held.account_id == viewer.account_id,
                is_put_off=row.id in put_off,
            )
        )
    return found


def _awaiting() -> QuerySet[Decision]:
    return Decision.objects.filter(state=DecisionState.AWAITING)


def counts() -> Counts:
    """Return how much of each work there is for the whole group."""
    awaiting = _awaiting().count()
    return Counts(
        pairs=matching.count_open_pairs() - awaiting,
        signatures=awaiting,
        collisions=len(identity.collisions()),
        messages=len(exchange.parked_for_identity()),
        doubtful=len(identity.marked(_DOUBTFUL)),
    )


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision in a list."""

    id: UUID
    verdict: str
    state: str
    state_label: str
    who: str
    places: str
    decided_by_name: str
    decided_at: datetime
    reason: str
    pair_id: UUID | None
    may_sign: bool
    second_by_name: str


def decision_lines(viewer: Viewer, *, awaiting: bool, limit: int = _SHOWN) -> list[DecisionLine]:
    """Return the decisions that await a signature, oldest first; or the latest ones."""
    rows = _awaiting().order_by("decided_at", "id") if awaiting else Decision.objects.order_by("-decided_at", "id")
    found = list(rows[:limit])
    traits = identity.traits_by_file({id_ for row in found for id_ in (row.first_id, row.second_id)})
    places = names()
    return [
        DecisionLine(
            id=row.pk,
            verdict=str(row.get_verdict_display()),
            state=row.state,
            state_label=str(row.get_state_display()),
            who=" / ".join(_name(traits.get(id_)) for id_ in (row.first_id, row.second_id)),
            places=" et ".join(places.get(code, code) for code in row.establishments),
            decided_by_name=row.decided_by_name,
            decided_at=row.decided_at,
            reason=row.reason,
            pair_id=row.pair_id,
            may_sign=row.decided_by != viewer.account_id,
            second_by_name=row.second_by_name,
        )
        for row in found
    ]


def _name(traits: identity.LocalTraits | None) -> str:
    return f"{traits.birth_name} {traits.first_given}".strip() if traits else "identité inconnue"


@dataclass(frozen=True, slots=True)
class CollisionLine:
    """A number that different people seem to use."""

    kind: str
    number: str
    differs: str
    files: tuple[identity.LocalTraits, ...]
    persons: tuple[UUID, ...]


def collision_lines() -> list[CollisionLine]:
    """Return the numbers shared by files whose strict traits differ."""
    found = identity.collisions()[:_SHOWN]
    ids = {id_ for one in found for id_ in one.local_identity_ids}
    traits, persons = identity.traits_by_file(ids), identity.persons_of(ids)
    return [
        CollisionLine(
            kind=one.kind,
            number=one.number,
            differs=", ".join(_DIFFERS[name] for name in one.differs) or "personnes différentes",
            files=tuple(traits[id_] for id_ in one.local_identity_ids if id_ in traits),
            persons=tuple(dict.fromkeys(persons[id_] for id_ in one.local_identity_ids if id_ in persons)),
        )
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file with its person."""

    traits: identity.LocalTraits
    person_id: UUID
    place: str
    attribute: str


def marked_lines() -> list[FileLine]:
    """Return the files said doubtful or homonym."""
    ids = [*identity.marked(_DOUBTFUL, limit=_SHOWN), *identity.marked(_HOMONYMS, limit=_SHOWN)]
    traits, persons, places = identity.traits_by_file(ids), identity.persons_of(ids), names()
    return [
        FileLine(
            traits=traits[id_],
            person_id=persons[id_],
            place=places.get(traits[id_].establishment, traits[id_].establishment),
            attribute="Douteuse" if set(traits[id_].attributes) & set(_DOUBTFUL) else "Homonyme",
        )
        for id_ in dict.fromkeys(ids)
        if id_ in traits and id_ in persons
    ]
