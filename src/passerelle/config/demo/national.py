"""The national base of the demonstration: the published test identities, then the fictitious people of the house.

Somebody whose INS no establishment knows gets one here, drawn from the traits: the same traits always get the same.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection

from passerelle.care.identity import api as identity
from passerelle.config.demo.people import fictitious_ins
from passerelle.config.demo.shapes import TEST_OID
from passerelle.protocols import ins
from passerelle.protocols.insi import api as insi
from passerelle.protocols.insi.simulator.directory import Record, is_same_person

P = ParamSpec("P")
T = TypeVar("T")


def _on_a_connection(ask: Callable[P, T]) -> Callable[P, T]:
    """Give the thread of a call its connection back: the simulator answers each call in a thread of its own."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return ask(*args, **kwargs)
        finally:
            connection.close()

    return asked


class DemonstrationBase:
    """What the simulated teleservice knows in the demonstration."""

    def __init__(self) -> None:
        self._published = insi.PublishedDirectory()

    @_on_a_connection
    def by_traits(self, traits: insi.SearchTraits) -> Sequence[Record]:
        """Return those who have these traits."""
        published = self._published.by_traits(traits)
        return published or people_with(traits)

    def by_card(self, holder: insi.CardHolder) -> Sequence[Record]:
        """Return the beneficiaries of a card: published identities only."""
        return self._published.by_card(holder)

    @_on_a_connection
    def is_same(self, identity_told: insi.InsiIdentity) -> bool:
        """Tell whether an INS and its traits are held just so."""
        if self._published.is_same(identity_told):
            return True
        traits = insi.SearchTraits(
            identity_told.birth_name,
            tuple(identity_told.given_names.split()),
            identity_told.sex,
            identity_told.birth_date,
        )
        return any(is_same_person(record.identity, identity_told) for record in people_with(traits))


def people_with(traits: insi.SearchTraits) -> list[Record]:
    """Return the fictitious people of the house who have these traits, each once."""
    try:
        born = date.fromisoformat(traits.birth_date)
    except ValueError:
        return []
    bearers = identity.bearers_of(birth_name=traits.birth_name, sex=traits.sex, birth_date=born)
    found: dict[tuple[str, str], Record] = {}
    for bearer in bearers:
        given = " ".join(map(_plain, bearer.given_names))
        names = given.split()
        is_named = all(part in names for name in traits.given_names for part in name.split())
        is_there = not traits.birth_place or traits.birth_place == bearer.birth_place
        if is_named and is_there:
            found.setdefault((given, bearer.birth_place), Record(_identity(bearer, given)))
    return list(found.values())


def _identity(bearer: identity.KnownBearer, given: str) -> insi.InsiIdentity:
    return insi.InsiIdentity(
        matricule=bearer.matricule or _drawn(bearer, given),
        oid=bearer.oid or TEST_OID,
        birth_name=_plain(bearer.birth_name),
        given_names=given,
        sex=bearer.sex,
        birth_date=bearer.birth_date.isoformat(),
        birth_place=bearer.birth_place,
    )


def _drawn(bearer: identity.KnownBearer, given: str) -> str:
    """Return a number that nobody bears yet."""
    text = f"{_plain(bearer.birth_name)}/{given}/{bearer.birth_date}/{bearer.birth_place}"
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 380_000
    while True:
        matricule = fictitious_ins(bearer.sex, bearer.birth_date, bearer.birth_place, number)
        if identity.bearer_of(matricule=matricule) is None:
            return matricule
        number += 1


def _plain(name: str) -> str:
    try:
        return ins.insi_form(name)
    except ins.UnwritableName:
        return name.upper()
