"""Who an arrival may be: the union of a few blocks, each read through its index in one statement."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from passerelle.care.exchange.api import ask
from passerelle.care.identity import api as identity
from passerelle.care.matching.rules.comparable import Comparable, asked_givens, asked_names, comparable
from passerelle.care.matching.rules.deciding import Decision, judge, shortlist
from passerelle.care.matching.rules.guards import Zone
from passerelle.care.matching.rules.model import declared_model
from passerelle.care.matching.rules.profile import Profile
from passerelle.care.matching.selectors.profiles import STORED, stored_profile

_MOST_IN_A_BLOCK: Final = 200
_MOST_ON_A_PHONE: Final = 60
_MOST_ON_A_DATE: Final = 600
_LIKENESS: Final = 0.28  # of three-letter groups, among those born the same day


@dataclass(frozen=True, slots=True)
class Block:
    """A set of stored profiles that share something with the arrival: a condition, its values, and a bound."""

    label: str
    condition: str
    values: tuple[Any, ...]
    most: int = _MOST_IN_A_BLOCK


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates, and what was too big to be read whole."""

    profiles: tuple[Profile, ...]
    notes: tuple[str, ...]


def decide(profile: Profile, *, keep: Callable[[Sequence[UUID]], Collection[UUID]] | None = None) -> Decision:
    """Say what becomes of an arrival: link, propose or separate; writes nothing.

    The file of the profile itself and those of its own person are no candidates. `keep` says which of the files found
    count at all: for somebody who may not know of the others, not even by their weight on the decision.
    """
    model = declared_model()
    arrival = comparable(profile)
    found = candidates(profile)
    kept = shortlist(arrival, found.profiles, model)
    files = [file for one in kept if (file := one.candidate.profile.local_identity_id)]
    persons = identity.persons_of(files) if files else {}
    if keep is not None and files:
        seen = keep(files)
        persons = {file: person for file, person in persons.items() if file in seen}
    kept = [one for one in kept if _is_someone_else(one.candidate.profile, profile, persons)]
    best, others = judge(arrival, kept, persons, model)
    zone = best.zone if best else Zone.SEPARATE
    return Decision(zone, best, others, len(found.profiles), found.notes)


def _is_someone_else(candidate: Profile, profile: Profile, persons: dict[Any, Any]) -> bool:
    file = candidate.local_identity_id
    return file in persons and (profile.person_id is None or persons[file] != profile.person_id)


def candidates(profile: Profile) -> Found:
    """Return the stored profiles that share a block with this one, itself left out."""
    blocks = blocks_of(comparable(profile))
    if not blocks:
        return Found((), ())
    sql, values = _statement(blocks)
    profiles, counts = [], [0] * len(blocks)
    for *row, found in ask(sql, [*values, profile.local_identity_id]):
        profiles.append(stored_profile(row))
        counts = found
    too_big = [block.label for block, count in zip(blocks, counts, strict=True) if count > block.most]
    return Found(tuple(profiles), tuple(f"Bloc trop grand pour être lu en entier\u00a0: {label}" for label in too_big))


def _statement(blocks: list[Block]) -> tuple[str, list[Any]]:
    parts = ", ".join(
        f"b{rank} AS MATERIALIZED (SELECT local_identity_id FROM matching_profile WHERE {block.condition}"  # noqa: S608
        f" LIMIT {block.most + 1})"
        for rank, block in enumerate(blocks)
    )
    union = " UNION ".join(f"SELECT local_identity_id FROM b{rank}" for rank in range(len(blocks)))  # noqa: S608
    counts = ", ".join(f"(SELECT count(*)::int FROM b{rank})" for rank in range(len(blocks)))  # noqa: S608
    sql = (
        f"WITH {parts} SELECT {STORED}, ARRAY[{counts}] FROM matching_profile"  # noqa: S608 - our own text
        f" WHERE local_identity_id = ANY(ARRAY({union})) AND local_identity_id IS DISTINCT FROM %s"
    )
    return sql, [value for block in blocks for value in block.values]


def blocks_of(arrival: Comparable) -> list[Block]:
    """Return the blocks in which a profile is looked for."""
    names, givens = asked_names(arrival), asked_givens(arrival)
    return [
        *_by_number(arrival),
        *(_by_date(arrival, names, givens) if arrival.birth_date else ()),
        *(_by_names(arrival, names, givens) if names and givens else ()),
    ]


def _by_number(arrival: Comparable) -> list[Block]:
    profile = arrival.profile
    asked = (
        ("même INS", "ins_matricule", profile.ins_matricule),
        ("même téléphone", "phone", arrival.phone),
        ("même adresse électronique", "email", arrival.email),
        ("même mère", "mother", profile.mother),
    )
    return [
        Block(label, f"{column} = %s AND {column} <> ''", (value,), _MOST_ON_A_PHONE)
        for label, column, value in asked
        if value
    ]


def _by_date(arrival: Comparable, names: list[str], givens: list[str]) -> list[Block]:
    born = arrival.birth_date
    swapped = sorted({*names, *givens})
    blocks = [
        Block("même date, nom", "birth_date = %s AND name_sound = ANY(%s)", (born, swapped)),
        Block(
            "même date, autre nom", "birth_date = %s AND other_sound = ANY(%s) AND other_sound <> ''", (born, swapped)
        ),
        Block("même date, prénom", "birth_date = %s AND given_sound = ANY(%s)", (born, swapped)),
    ]
    if not arrival.is_crowded_date and arrival.names:
        text = names_text(arrival)
        like = f"birth_date = %s AND similarity(names_text, %s) > {_LIKENESS}"
        blocks.append(Block("même date, noms ressemblants", like, (born, text)))
    return blocks


def _by_names(arrival: Comparable, names: list[str], givens: list[str]) -> list[Block]:
    pair = "name_sound = ANY(%s) AND given_sound = ANY(%s)"
    other = "other_sound = ANY(%s) AND other_sound <> '' AND given_sound = ANY(%s)"
    if arrival.year is None:
        return [
            Block("mêmes nom et prénom", pair, (names, givens)),
            Block("mêmes autre nom et prénom", other, (names, givens)),
        ]
    years = [arrival.year - 1, arrival.year, arrival.year + 1]
    near = " AND birth_year = ANY(%s)"
    blocks = [
        Block("mêmes nom, prénom et année", pair + near, (names, givens, years)),
        Block("mêmes autre nom, prénom et année", other + near, (names, givens, years)),
        Block("mêmes nom et prénom, date inconnue", f"{pair} AND birth_year IS NULL", (names, givens)),
        Block("nom et prénom inversés", pair + near, (givens, names, years)),
    ]
    if arrival.birth_date is not None:
        blocks.append(
            Block("mêmes nom, prénom et jour", f"birth_day = %s AND {pair}", (birth_day(arrival), names, givens))
        )
    return blocks


def birth_day(arrival: Comparable) -> int | None:
    """Return the birthday as month × 100 + day."""
    born = arrival.birth_date
    return born.month * 100 + born.day if born else None


def names_text(arrival: Comparable) -> str:
    """Return the names whose three-letter groups are compared."""
    return " ".join((*arrival.birth, *arrival.used, *arrival.givens))
