"""Who the simulated teleservice knows: identities published here, all invented, under the OID of tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import yaml

from passerelle.protocols import ins
from passerelle.protocols.insi.model import CardHolder, FormerIns, InsiIdentity, SearchTraits

IDENTITIES_FILE = Path(__file__).with_name("identities.yaml")
TEST_OID = "1.2.250.1.213.1.4.10"


@dataclass(frozen=True, slots=True)
class Record:
    """A person of the simulated national base; `behaviour` makes the teleservice fail for them on purpose."""

    identity: InsiIdentity
    history: tuple[FormerIns, ...] = ()
    behaviour: str = ""


class Directory(Protocol):
    """What the simulator asks."""

    def by_traits(self, traits: SearchTraits) -> Sequence[Record]:
        """Return those who have these traits."""
        ...

    def by_card(self, holder: CardHolder) -> Sequence[Record]:
        """Return the beneficiaries of a card who match."""
        ...

    def is_same(self, identity: InsiIdentity) -> bool:
        """Tell whether an INS and its traits are held just so."""
        ...


class PublishedDirectory:
    """The identities of `identities.yaml`."""

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """Return everybody, in the order of the file."""
        return tuple(map(_record, yaml.safe_load(IDENTITIES_FILE.read_text())["identities"]))

    def by_traits(self, traits: SearchTraits) -> Sequence[Record]:
        """Return those who have these traits; the given names asked must begin, or be among, those held."""
        return [record for record in self.records if _matches(record.identity, traits)]

    def by_card(self, holder: CardHolder) -> Sequence[Record]:
        """Return those of this birth date whose number is that of the card."""
        numbers = {number for number in (holder.own_number, holder.insured_number) if number}
        return [
            record
            for record in self.records
            if record.identity.birth_date == holder.birth_date and record.identity.matricule[:13] in numbers
        ]

    def is_same(self, identity: InsiIdentity) -> bool:
        """Tell whether an INS and its traits are held just so; a birth place not told is not compared."""
        return any(is_same_person(record.identity, identity) for record in self.records)


def is_same_person(held: InsiIdentity, told: InsiIdentity) -> bool:
    """Tell whether two identities are the same in all that is told."""
    place = told.birth_place or held.birth_place
    return held == InsiIdentity(
        told.matricule, told.oid, told.birth_name, told.given_names, told.sex, told.birth_date, place
    )


def _matches(held: InsiIdentity, asked: SearchTraits) -> bool:
    names = held.given_names.split()
    same = (held.birth_name, held.sex, held.birth_date) == (asked.birth_name, asked.sex, asked.birth_date)
    asked_names = " ".join(asked.given_names).split()
    is_named = all(name in names for name in asked_names)
    is_born_there = not asked.birth_place or asked.birth_place == held.birth_place
    return bool(same and asked_names and is_named and is_born_there)


def _record(told: dict[str, Any]) -> Record:
    body = str(told["number"])
    identity = InsiIdentity(
        matricule=body + ins.compute_key(body),
        oid=told.get("oid", TEST_OID),
        birth_name=told["birth_name"],
        given_names=told["given_names"],
        sex=told["sex"],
        birth_date=str(told["birth_date"]),
        birth_place=str(told.get("birth_place", "")),
    )
    history = tuple(
        FormerIns(
            str(former["number"]) + ins.compute_key(str(former["number"])),
            former.get("oid", TEST_OID),
            str(former.get("since", "")),
            str(former.get("until", "")),
        )
        for former in told.get("history", ())
    )
    return Record(identity, history, told.get("behaviour", ""))
