"""The INS datamatrix: the text it holds, read and written.

Source: ANS, « INS, format datamatrix », 2.2 (2023-09-26): a fixed header of 26 characters ("IS", version "01", 22
reserved zeros), then blocks of a two-character name and a value. A value of variable length that is shorter than its
maximum and not the last ends with <GS> (ASCII 29). The code carries neither certificate nor signature: it proves
nothing by itself, and what it says must be verified by INSi or by a proof of identity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from passerelle.protocols.ins.lexical import UnwritableName, insi_form
from passerelle.protocols.ins.rules import check_key, kind_of

HEADER = "IS01" + "0" * 22
SEPARATOR = "\x1d"
MAX_CHARACTERS = 400

_HEADER_SHAPE = re.compile(r"IS(?P<version>[0-9]{2})[A-Z0-9]{22}")
#: Name of a block: least and greatest length, its name on screen.
_BLOCKS: dict[str, tuple[int, int, str]] = {
    "S1": (15, 15, "matricule"),
    "S2": (19, 20, "OID"),
    "S3": (1, 100, "prénoms"),
    "S4": (1, 100, "nom de naissance"),
    "S5": (1, 1, "sexe"),
    "S6": (10, 10, "date de naissance"),
    "S7": (5, 5, "lieu de naissance"),
}
_NEEDED = ("S1", "S2", "S3", "S4", "S5", "S6")
_SHAPES = {
    "S1": re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{8}"),
    "S2": re.compile(r"[0-9]+(?:\.[0-9]+){5,}"),
    "S3": re.compile(r"[A-Z' \-]+"),
    "S4": re.compile(r"[A-Z' \-]+"),
    "S5": re.compile(r"[MF]"),
    "S6": re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{4}"),
    "S7": re.compile(r"[0-9][0-9AB][0-9]{3}"),
}
# A scanner that types like a keyboard cannot always send <GS>: these stand for it. Whoever sets it up chooses.
_TYPED_SEPARATORS = ("<GS>", "{GS}", "^]", "\\x1d", "\u241d")


class DatamatrixError(ValueError):
    """The text is not that of an INS datamatrix: where, and why, in French."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}\u00a0: {why}")
        self.where = where
        self.why = why


@dataclass(frozen=True, slots=True)
class InsDatamatrix:
    """What a datamatrix says: INS and its five traits; `birth_place` is optional there.

    `birth_day` is as written (JJ-MM-AAAA): a lunar date has no calendar date, and `birth_date` is then None.
    """

    matricule: str
    oid: str
    given_names: str
    birth_name: str
    sex: str
    birth_day: str
    birth_place: str = ""

    @property
    def birth_date(self) -> date | None:
        """Return the birth date, None when it is not a day of the calendar."""
        day, month, year = self.birth_day.split("-")
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            return None

    @property
    def key_ok(self) -> bool:
        """Tell whether the matricule has its right key."""
        return check_key(self.matricule)


def read_datamatrix(text: str) -> InsDatamatrix:
    """Read the text of an INS datamatrix, as a camera or a keyboard-like scanner gives it.

    Raises:
        DatamatrixError: too long, another header or version, a block unknown, twice, missing or misshapen.
    """
    if len(text) > MAX_CHARACTERS:
        raise DatamatrixError(where="code", why="trop long pour un datamatrix INS")
    bare = _with_separators(text.strip("\r\n\t \ufeff"))
    header = _HEADER_SHAPE.match(bare)
    if header is None:
        raise DatamatrixError(where="en-tête", why="ce code n’est pas un datamatrix INS")
    if header["version"] != "01":
        raise DatamatrixError(where="en-tête", why=f"version {header['version']} inconnue, 01 attendue")
    blocks = _blocks(bare[header.end() :])
    for name in _NEEDED:
        if name not in blocks:
            raise DatamatrixError(where=_BLOCKS[name][2], why="absent du code")
    return InsDatamatrix(*(blocks.get(name, "") for name in ("S1", "S2", "S3", "S4", "S5", "S6", "S7")))


def write_datamatrix(content: InsDatamatrix) -> str:
    """Return the text to encode; names are put in the form of the national bases.

    Raises:
        DatamatrixError: a value that a datamatrix cannot hold.
    """
    try:
        given, family = insi_form(content.given_names), insi_form(content.birth_name)
    except UnwritableName as fault:
        raise DatamatrixError(where="nom ou prénoms", why="caractère que le code ne peut pas porter") from fault
    values = {
        "S1": content.matricule,
        "S2": content.oid,
        "S3": given,
        "S4": family,
        "S5": content.sex,
        "S6": content.birth_day,
        "S7": content.birth_place,
    }
    told = [(name, value) for name, value in values.items() if value or name in _NEEDED]
    parts = [HEADER]
    for place, (name, value) in enumerate(told):
        _check(name, value)
        is_last = place == len(told) - 1
        parts.append(name + value + ("" if is_last or len(value) == _BLOCKS[name][1] else SEPARATOR))
    return "".join(parts)


def _with_separators(text: str) -> str:
    for typed in _TYPED_SEPARATORS:
        text = text.replace(typed, SEPARATOR)
    return text


def _blocks(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    while text:
        name = text[:2]
        if name not in _BLOCKS:
            raise DatamatrixError(where="code", why="bloc inconnu, ou séparateur perdu par la douchette")
        if name in found:
            raise DatamatrixError(where=_BLOCKS[name][2], why="présent deux fois")
        found[name], text = _value(name, text[2:])
    return found


def _value(name: str, text: str) -> tuple[str, str]:
    least, greatest, _ = _BLOCKS[name]
    if least == greatest:
        value, rest = text[:greatest], text[greatest:]
        rest = rest.removeprefix(SEPARATOR)
    else:
        end = text.find(SEPARATOR, 0, greatest + 1)
        value = text[:greatest] if end < 0 else text[:end]
        rest = text[len(value) :].removeprefix(SEPARATOR)
    _check(name, value)
    return value, rest


def _check(name: str, value: str) -> None:
    least, greatest, label = _BLOCKS[name]
    if not least <= len(value) <= greatest or not _SHAPES[name].fullmatch(value):
        raise DatamatrixError(where=label, why="valeur qui n’a pas la forme attendue")
    if name == "S2" and kind_of(value) is None:
        raise DatamatrixError(where=label, why="ce n’est pas l’autorité d’une INS")
