from __future__ import annotations

from dataclasses import dataclass

from passerelle.protocols.hl7v2.errors import Hl7Error


@dataclass(frozen=True, slots=True)
class Separators:
    """The delimiters a message declares in MSH-1 and MSH-2; each is one character, not always one byte."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = "#"

    @property
    def encoding_characters(self) -> str:
        return self.component + self.repetition + self.escape + self.subcomponent


DEFAULT = Separators()


def declared(header: str) -> Separators:
    """Read the delimiters of an MSH line; those that MSH-2 leaves out are the usual ones.

    Raises:
        Hl7Error: a delimiter is a letter, a digit or a blank, or the same one is declared twice.
    """
    field = header[3:4]
    if not _may_delimit(field):
        raise Hl7Error(
            where="MSH^1^1", why="le séparateur de champs manque ou n’est pas un caractère de ponctuation", code="102"
        )
    given = header[4:].split(field, 1)[0]
    if given == "^~\\&" and field == "|":
        return DEFAULT
    usual = DEFAULT.encoding_characters + DEFAULT.truncation
    chosen = given[:5] + usual[len(given) :]
    if not all(_may_delimit(character) for character in given[:5]):
        raise Hl7Error(where="MSH^1^2", why="un délimiteur déclaré n’est pas un caractère de ponctuation", code="102")
    if len(set(field + chosen[:4])) < 5:
        raise Hl7Error(where="MSH^1^2", why="le même délimiteur est déclaré deux fois", code="102")
    return Separators(field, *chosen)


def _may_delimit(character: str) -> bool:
    return len(character) == 1 and character.isprintable() and not character.isalnum() and not character.isspace()
