"""Who FranceConnect says has signed in: the pivot identity, as civil registers hold it.

Source: FranceConnect, partner documentation (docs.partenaires.franceconnect.gouv.fr): endpoints, data of a user,
scopes, differences between versions 1 and 2.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

PROVIDER: Final = "franceconnect"
SCOPE: Final = "openid given_name family_name birthdate gender birthplace birthcountry email preferred_username"
ACR: Final = ("eidas1", "eidas2", "eidas3")
#: Levels at which the provider itself asked for two factors.
STRONG: Final = frozenset({"eidas2", "eidas3"})
FRANCE: Final = "99100"
_SEXES: Final = {"male": "M", "female": "F"}
_PLACE = re.compile(r"[0-9][0-9AB][0-9]{3}\Z")
_COUNTRY = re.compile(r"99[0-9]{3}\Z")
_LONGEST = 200


class ClaimsUnreadable(ValueError):
    """What FranceConnect said of its user has not the published shape; the message names a part, never its content."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Pivot:
    """A person as civil registers know them.

    `birth_place` is the INSEE code of the town, that of the country for whoever was born abroad; `sex` is M or F.
    `email` and `used_name` are told when known: no one is recognised by them.
    """

    birth_name: str
    given_names: tuple[str, ...]
    birth_date: date
    sex: str
    birth_place: str
    used_name: str = ""
    email: str = ""


def read_pivot(claims: Mapping[str, Any]) -> Pivot:
    """Read what was said of the user.

    Raises:
        ClaimsUnreadable: a part of the pivot identity is missing, or of another shape.
    """
    country, place = _text(claims, "birthcountry"), _text(claims, "birthplace")
    return Pivot(
        birth_name=_needed(claims, "family_name"),
        given_names=tuple(_needed(claims, "given_name").split()),
        birth_date=_day(_needed(claims, "birthdate")),
        sex=_sex(claims),
        birth_place=_birth_place(place, country),
        used_name=_text(claims, "preferred_username"),
        email=_text(claims, "email"),
    )


def _birth_place(place: str, country: str) -> str:
    if _PLACE.match(place):
        return place
    if _COUNTRY.match(country) and country != FRANCE:
        return country
    raise ClaimsUnreadable(why="lieu de naissance")


def _sex(claims: Mapping[str, Any]) -> str:
    found = _SEXES.get(_text(claims, "gender"))
    if found is None:
        raise ClaimsUnreadable(why="sexe")
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as unreadable:
        raise ClaimsUnreadable(why="date de naissance") from unreadable


def _needed(told: Mapping[str, Any], name: str) -> str:
    found = _text(told, name)
    if not found:
        raise ClaimsUnreadable(why=name)
    return found


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise ClaimsUnreadable(why=name)
    return found.replace("\x00", "").strip()[:_LONGEST]
