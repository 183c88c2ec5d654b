"""Whom the simulated FranceConnect of the demonstration knows: patients of the cast, and strangers."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.protocols.franceconnect import api as franceconnect

_PERSONAS = ("patient", "parent")
_SEXES = {"M": "male", "F": "female"}
_FRANCE, _ABROAD = "99100", "99"


def demonstration_citizens() -> Sequence[franceconnect.Citizen]:
    """Return the citizens of the demonstration; each call reads the identities again."""
    try:
        found = list(_cast())
    finally:
        connection.close()  # each call of the simulator comes in a thread of its own
    return (*found, *franceconnect.published_citizens())


def _cast() -> Iterable[franceconnect.Citizen]:
    for code in _PERSONAS:
        account = access.persona_account(code)
        if account is not None and account.person_id is not None:
            yield from _citizen(code, account.person_id)


def _citizen(code: str, person_id: UUID) -> Iterable[franceconnect.Citizen]:
    try:
        traits = identity.traits(person_id)
    except LookupError:
        return
    is_abroad = traits.birth_place.startswith(_ABROAD)
    yield franceconnect.Citizen(
        subject=code,
        birth_name=traits.birth_name,
        given_names=" ".join(traits.given_names),
        birth_date=str(traits.birth_date),
        gender=_SEXES.get(traits.sex, ""),
        birth_place="" if is_abroad else traits.birth_place,
        birth_country=traits.birth_place if is_abroad else _FRANCE,
        used_name=traits.used_name,
    )
