"""The decision on one piece of a record, once what ties the viewer to its person is known. Plain Python.

`selectors/seeing.py` says the same in SQL; a property test compares both on invented worlds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from passerelle.care.consent import api as consent
from passerelle.care.record.rules.columns import token
from passerelle.care.record.rules.documents import RESTRICTIONS
from passerelle.care.record.rules.kinds import NOBODY, kind_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Role, State, Viewer
from passerelle.protocols import smart

CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
RESTRICTED_STATES: Final = {
    "MASQUE_PS": State.OPPOSED,
    "INVISIBLE_PATIENT": State.UNANNOUNCED,
    "INVISIBLE_REP_LEGAUX": State.MINOR_SECRET,
    "CONNEXION_SECRETE": State.MINOR_SECRET,
}
#: Every restriction begins so; one that is unknown hides as an opposition.
RESTRICTION_PREFIX: Final = token(RESTRICTIONS, "")
#: Security label, as the column keeps it → the state it gives.
STATE_OF_LABEL: Final = {token(RESTRICTIONS, code): state for code, state in RESTRICTED_STATES.items()} | {
    token(CONFIDENTIALITY, code): State.SENSITIVE for code in ("R", "V")
}
#: What whoever was chosen for the essential only may see.
ESSENTIAL: Final = frozenset(
    {Kind.PATIENT, Kind.ALLERGY, Kind.CONDITION, Kind.MEDICATION, Kind.DEVICE, Kind.IMMUNIZATION}
)
#: What is found by a search is what may be read; finding an identity without its record is for the pages.
DECIDED_AS: Final = {Act.SEARCH: Act.READ}
_LETTERS: Final = {
    Act.READ: "r",
    Act.HISTORY: "r",
    Act.EXPORT: "r",
    Act.SEARCH: "s",
    Act.CREATE: "c",
    Act.UPDATE: "u",
    Act.DELETE: "d",
}


class Piece(NamedTuple):
    """What the decision needs of a stored resource; `labels` are its security labels, as the column keeps them."""

    type: str
    id: UUID
    local_identity_id: UUID
    establishment: str
    source: str
    labels: tuple[str, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a viewer is to one person, what that person decided of it, and what a professional tells them of first.

    `held` waits to be told: documents, reports and results; `held_documents` are the documents among them.
    """

    person_id: UUID | None
    relation: Relation
    level: consent.Level | None = None
    is_opposed: bool = False
    is_protected: bool = False
    masked: frozenset[UUID] = frozenset()
    secret: frozenset[UUID] = frozenset()
    held: frozenset[UUID] = frozenset()
    held_documents: frozenset[UUID] = frozenset()
    identities: tuple[UUID, ...] = ()


class Part(Enum):
    """Which pieces of a record: those of the viewer's establishments, those the viewer wrote, the others."""

    WRITTEN = auto()
    HERE = auto()
    ELSEWHERE = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision, and the tie and the state that made it."""

    is_allowed: bool
    relation: Relation
    state: State = State.NORMAL


def restrictions_of(resource: Mapping[str, Any]) -> frozenset[str]:
    """Return the restrictions a sender put on a document, or on the document a result came in."""
    return frozenset(code for system, code in _codings(resource) if system == RESTRICTIONS)


def labels_of(resource: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the security labels of a resource, as the column `security` keeps them."""
    return tuple(token(system, code) for system, code in _codings(resource))


def _codings(resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    coded = [coding for label in resource.get("securityLabel", []) for coding in label.get("coding", [])]
    coded += resource.get("meta", {}).get("security", [])
    return [(str(one.get("system", "")), str(one["code"])) for one in coded if one.get("code")]


def states_of(restrictions: Iterable[str]) -> tuple[State, ...]:
    """Return the states of a document: all of them must be allowed. An unknown restriction hides as an opposition."""
    found = {RESTRICTED_STATES.get(one, State.OPPOSED) for one in restrictions}
    return tuple(sorted(found, key=str)) or (State.NORMAL,)


def places_of(viewer: Viewer) -> frozenset[str]:
    """Return where the viewer gives care, or else where they work."""
    return viewer.establishments_as(Role.CLINICIAN) or viewer.establishments


def source_of(viewer: Viewer) -> str:
    """Return the origin to store with what a viewer writes: an application, or an account."""
    return f"account:{viewer.account_id}" if viewer.account_id else f"application:{viewer.application}"


def is_machine(viewer: Viewer) -> bool:
    """Tell whether the viewer is an application alone, with nobody behind."""
    return viewer.account_id is None and bool(viewer.application)


def reach_of(viewer: Viewer, type_: str, act: Act) -> smart.Reach:
    """Return how far the scopes of an application let it go for a type; a person's own session goes everywhere."""
    if viewer.scopes is None:
        return smart.Reach.ALL
    return smart.grants_of(viewer.scopes).reach(type_, _LETTERS.get(act, "-"))


@lru_cache(maxsize=4096)
def states_allowed(
    roles: frozenset[Role], relation: Relation, kind: Kind, act: Act, level: consent.Level | None = None
) -> frozenset[State]:
    """Return the states that a tie opens; empty when it does not even open what is ordinary.

    Whoever was chosen sees no further than the level they were chosen for.
    """
    decided = DECIDED_AS.get(act, act)
    found = {state for state in State if access.decide(roles, relation, kind, decided, state).allowed}
    if relation is Relation.CHOSEN:
        if level is consent.Level.SUMMARY and kind not in ESSENTIAL:
            return frozenset()
        if level is not consent.Level.ALL_MASKED:
            found.discard(State.OPPOSED)
    return frozenset(found) if State.NORMAL in found else frozenset()


def ties_by_part(viewer: Viewer, standing: Standing) -> dict[Part, tuple[Relation, ...]]:
    """Return what ties the viewer to each part of a record, the strongest tie first; a missing part is as ELSEWHERE."""
    if is_machine(viewer):
        return {Part.HERE: (Relation.AUTHOR,), Part.ELSEWHERE: (Relation.NONE,)}
    chosen = (Relation.CHOSEN,) if standing.level and standing.relation is not Relation.CHOSEN else ()
    ties = (standing.relation, *chosen)
    found = {Part.ELSEWHERE: ties}
    if places_of(viewer):
        is_caring = standing.relation in {Relation.TREATING, Relation.EMERGENCY}
        found[Part.HERE] = (Relation.AUTHOR, *ties) if is_caring else ties
    if viewer.has(Role.TOWN_DOCTOR):
        found[Part.WRITTEN] = (Relation.AUTHOR, *ties)
    return found


def part_of(viewer: Viewer, piece: Piece) -> Part:
    """Return the part of its record a piece is in, for this viewer."""
    if viewer.has(Role.TOWN_DOCTOR) and piece.source == source_of(viewer):
        return Part.WRITTEN
    return Part.HERE if piece.establishment in places_of(viewer) else Part.ELSEWHERE


def piece_states(standing: Standing, piece: Piece, part: Part) -> frozenset[State]:
    """Return what is particular to a piece: by its labels, by what the person decided, by what waits to be told."""
    found = {state for one in piece.labels if (state := _state_of_label(one))}
    if standing.is_opposed and part is Part.ELSEWHERE:
        found.add(State.OPPOSED)
    if _names_any(piece, standing.masked):
        found.add(State.OPPOSED)
    if any(str(one) in piece.body or one == piece.id for one in standing.secret):
        found.add(State.MINOR_SECRET)
    if piece.id in standing.held or _names_any(piece, standing.held_documents):
        found.add(State.UNANNOUNCED)
    if standing.is_protected:
        found.add(State.PROTECTED)
    return frozenset(found)


def is_masked_by(type_: str, id_: UUID, body: str, masked: UUID) -> bool:
    """Tell whether a piece is this masked document, or came in it: it is not a document, and names it."""
    return id_ == masked or (type_ != "DocumentReference" and str(masked) in body)


def _names_any(piece: Piece, documents: Iterable[UUID]) -> bool:
    return any(is_masked_by(piece.type, piece.id, piece.body, one) for one in documents)


def _state_of_label(label: str) -> State | None:
    found = STATE_OF_LABEL.get(label)
    return State.OPPOSED if found is None and label.startswith(RESTRICTION_PREFIX) else found


def judge(viewer: Viewer, standing: Standing, piece: Piece, act: Act) -> Verdict:
    """Decide on one piece of the record of the person of `standing`.

    One tie must open every state of the piece. The scopes of an application only ever take away.
    """
    kind = kind_of(piece.type, piece.local_identity_id)
    part = part_of(viewer, piece)
    states = piece_states(standing, piece, part)
    by_part = ties_of_nobodys(viewer, piece.establishment) if piece.local_identity_id == NOBODY else None
    ties = by_part or (found := ties_by_part(viewer, standing)).get(part, found[Part.ELSEWHERE])
    if not is_within_scopes(viewer, standing, piece.type, act):
        return Verdict(is_allowed=False, relation=ties[0])
    opened = {tie: states_allowed(viewer.roles, tie, kind, act, standing.level) for tie in ties}
    for tie, allowed in opened.items():
        if allowed and states <= allowed:
            return Verdict(is_allowed=True, relation=tie, state=_told(states))
    return Verdict(is_allowed=False, relation=ties[0], state=_told(states - opened[ties[0]] or states))


def ties_of_nobodys(viewer: Viewer, establishment: str) -> tuple[Relation, ...]:
    """Return what ties a viewer to what is nobody's: directory, terminology, subscriptions."""
    if establishment in viewer.establishments:
        return (Relation.ESTABLISHMENT,)
    return (Relation.TERRITORY,) if viewer.roles - {Role.PATIENT} else (Relation.NONE,)


def is_within_scopes(viewer: Viewer, standing: Standing, type_: str, act: Act) -> bool:
    """Tell whether the scopes of an application, if it is one, go as far as this person's resources of a type."""
    reach = reach_of(viewer, type_, act)
    if reach is smart.Reach.PERSON:
        return standing.person_id is None or standing.person_id == viewer.patient_in_context
    return reach is smart.Reach.ALL


def _told(states: frozenset[State]) -> State:
    return min(states, key=str, default=State.NORMAL)
