"""Units of measure: the grammar of UCUM, and exact factors. https://ucum.org/ucum#section-Syntax-Rules (UCUM 2.1).

Amount of substance, equivalents, osmoles and international units each keep a dimension of their own, although UCUM
makes them numbers: a concentration in moles is then never taken for a count, nor a dose for another.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, NoReturn

UCUM: Final = "http://unitsofmeasure.org"
_LONGEST: Final = 64
_DEEPEST: Final = 6
_HIGHEST_POWER: Final = 40

Dimensions = tuple[tuple[str, int], ...]


class UnitError(ValueError):
    """A text that is no unit: `at` is the rank of the character at fault, from 0; `why` is French."""

    def __init__(self, unit: str, at: int, why: str) -> None:
        super().__init__(f"« {unit[:_LONGEST]} », caractère {at + 1} : {why}")
        self.unit, self.at, self.why = unit, at, why


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a number of base units: a value v means (v + `shift`) × `factor`. `dimensions` are base powers."""

    factor: Fraction
    dimensions: Dimensions = ()
    shift: Fraction = Fraction(0)


_PREFIXES: Final = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3,
    "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip
_PER_GRAM: Final = Fraction(1, 1000)


def _base(factor: Fraction | int | str, **dimensions: int) -> Unit:
    return Unit(Fraction(factor), tuple(sorted(dimensions.items())))


#: Units that take a prefix. Masses in kilograms, lengths in metres, times in seconds.
_METRIC: Final = {
    "m": _base(1, m=1),
    "s": _base(1, s=1),
    "g": _base(_PER_GRAM, kg=1),
    "K": _base(1, K=1),
    "C": _base(1, C=1),
    "cd": _base(1, cd=1),
    "mol": _base(1, mol=1),
    "eq": _base(1, eq=1),
    "osm": _base(1, osm=1),
    "[iU]": _base(1, iu=1),
    "[IU]": _base(1, iu=1),
    "l": _base("1/1000", m=3),
    "L": _base("1/1000", m=3),
    "kat": _base(1, mol=1, s=-1),
    "U": _base("1/60000000", mol=1, s=-1),
    "Hz": _base(1, s=-1),
    "N": _base(1, kg=1, m=1, s=-2),
    "Pa": _base(1, kg=1, m=-1, s=-2),
    "bar": _base(100_000, kg=1, m=-1, s=-2),
    "J": _base(1, kg=1, m=2, s=-2),
    "W": _base(1, kg=1, m=2, s=-3),
    "A": _base(1, C=1, s=-1),
    "V": _base(1, kg=1, m=2, s=-2, C=-1),
    "Bq": _base(1, s=-1),
    "Gy": _base(1, m=2, s=-2),
    "Sv": _base(1, m=2, s=-2),
    "cal": _base("4184/1000", kg=1, m=2, s=-2),
    "t": _base(1000, kg=1),
    "dyn": _base("1/100000", kg=1, m=1, s=-2),
    "m[Hg]": _base("133322", kg=1, m=-1, s=-2),
    "m[H2O]": _base("980665/100", kg=1, m=-1, s=-2),
}
_PLAIN: Final = {
    "min": _base(60, s=1),
    "h": _base(3600, s=1),
    "d": _base(86_400, s=1),
    "wk": _base(604_800, s=1),
    "mo": _base(2_629_800, s=1),
    "a": _base(31_557_600, s=1),
    "%": _base("1/100"),
    "[ppth]": _base("1/1000"),
    "[ppm]": _base("1/1000000"),
    "[ppb]": _base("1/1000000000"),
    "[in_i]": _base("254/10000", m=1),
    "[ft_i]": _base("3048/10000", m=1),
    "[lb_av]": _base("45359237/100000000", kg=1),
    "[oz_av]": _base("28349523125/1000000000000", kg=1),
    "[Cal]": _base(4184, kg=1, m=2, s=-2),
    "[drp]": _base("1/20000000", m=3),
    "[HPF]": _base(1, hpf=1),
    "[LPF]": _base(1, lpf=1),
    "[CFU]": _base(1, cfu=1),
    "[PFU]": _base(1, pfu=1),
    "[arb'U]": _base(1, arbitrary=1),
    "[USP'U]": _base(1, usp=1),
    "[GPL'U]": _base(1, gpl=1),
    "[MPL'U]": _base(1, mpl=1),
    "[APL'U]": _base(1, apl=1),
    "deg": _base(1, deg=1),
    "'": _base("1/60", deg=1),
    "''": _base("1/3600", deg=1),
}
#: Scales that are no multiple: they stand alone.
_SPECIAL: Final = {
    "Cel": Unit(Fraction(1), (("K", 1),), Fraction(27315, 100)),
    "[degF]": Unit(Fraction(5, 9), (("K", 1),), Fraction(45967, 100)),
    "[pH]": _base(1, ph=1),
    "B": _base(1, bel=1),
    "Np": _base(1, neper=1),
}
_SPECIAL_WITH_PREFIX: Final = {"dB": _base("1/10", bel=1)}


def _atoms() -> dict[str, Unit]:
    found = dict(_METRIC)
    for name, unit in _METRIC.items():
        for prefix, power in _PREFIXES.items():
            found.setdefault(prefix + name, Unit(unit.factor * Fraction(10) ** power, unit.dimensions))
    return found | _PLAIN | _SPECIAL | _SPECIAL_WITH_PREFIX


_ATOMS: Final = _atoms()
_ONE: Final = Unit(Fraction(1))


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit:
    """Return the unit that a UCUM code (case sensitive) names.

    Raises:
        UnitError: it is not one; it says where and why.
    """
    if len(text) > _LONGEST:
        raise UnitError(text, _LONGEST, f"une unité tient en {_LONGEST} caractères")
    reader = _Reader(text)
    found = reader.expression()
    if reader.at != len(text):
        raise UnitError(text, reader.at, "rien n’est attendu ici")
    return found


class _Reader:
    """Reads left to right: `a/b.c` is (a/b)·c, as the grammar says."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self._depth = text, 0, 0

    def expression(self) -> Unit:
        if not self.text:
            self._refuse("une unité est attendue")
        return self._inside()

    def _term(self, found: Unit) -> Unit:
        while True:
            if self._takes("."):
                found = self._joined(found, self._component())
            elif self._takes("/"):
                found = self._joined(found, self._inverse())
            else:
                return found

    def _joined(self, one: Unit, other: Unit) -> Unit:
        if one.shift or other.shift:
            self._refuse("une échelle de température ne se combine pas")
        powers = dict(one.dimensions)
        for name, power in other.dimensions:
            powers[name] = powers.get(name, 0) + power
        kept = tuple(sorted((name, power) for name, power in powers.items() if power))
        return Unit(one.factor * other.factor, kept)

    def _component(self) -> Unit:
        if self._takes("("):
            self._depth += 1
            if self._depth > _DEEPEST:
                self._refuse("trop de parenthèses imbriquées")
            found = self._inside()
            if not self._takes(")"):
                self._refuse("une parenthèse n’est pas fermée")
            self._depth -= 1
            return found
        if self._peek() == "{":
            self._annotation()
            return _ONE
        found = self._annotatable()
        if self._peek() == "{":
            self._annotation()
        return found

    def _inside(self) -> Unit:
        return self._term(self._inverse() if self._takes("/") else self._component())

    def _inverse(self) -> Unit:
        found = self._component()
        if found.shift:
            self._refuse("une échelle de température ne se combine pas")
        return _power(found, -1)

    def _annotation(self) -> None:
        end = self.text.find("}", self.at)
        inside = self.text[self.at + 1 : end]
        if end < 0 or "{" in inside or not inside.isascii():
            self._refuse("une annotation n’est pas fermée, ou n’est pas en ASCII")
        self.at = end + 1

    def _annotatable(self) -> Unit:
        start = self.at
        if self._peek().isdecimal() and self._peek().isascii():
            return self._number()
        name = self._name()
        found = _ATOMS.get(name)
        if found is None:
            raise UnitError(self.text, start, f"unité inconnue : {name[:20] or '(rien)'}")
        exponent = self._exponent()
        if exponent is None:
            return found
        if found.shift:
            self._refuse("une échelle de température n’a pas de puissance")
        return _power(found, exponent)

    def _number(self) -> Unit:
        digits = self._digits()
        if digits == "10" and self._peek() in {"*", "^"}:
            self.at += 1
            exponent = self._exponent()
            return Unit(Fraction(10) ** (1 if exponent is None else exponent))
        if not int(digits):
            self._refuse("un facteur nul n’est pas une unité")
        return Unit(Fraction(int(digits)))

    def _name(self) -> str:
        """Return the characters of a symbol: letters, % and quotes, and whatever square brackets hold."""
        start = self.at
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "[":
                end = self.text.find("]", self.at)
                if end < 0:
                    self._refuse("un crochet n’est pas fermé")
                self.at = end + 1
            elif character in "%'_" or (character.isascii() and character.isalpha()):
                self.at += 1
            else:
                break
        return self.text[start : self.at]

    def _exponent(self) -> int | None:
        start = self.at
        sign = -1 if self._peek() == "-" else 1
        if self._peek() in {"+", "-"}:
            self.at += 1
        digits = self._digits()
        if not digits:
            if self.at != start:
                self._refuse("une puissance est attendue après le signe")
            return None
        if int(digits) > _HIGHEST_POWER:
            self._refuse(f"une puissance ne dépasse pas {_HIGHEST_POWER}")
        return sign * int(digits)

    def _digits(self) -> str:
        start = self.at
        while self._peek().isdecimal() and self._peek().isascii():
            self.at += 1
        if self.at - start > 9:
            self._refuse("un nombre ne dépasse pas neuf chiffres")
        return self.text[start : self.at]

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _takes(self, character: str) -> bool:
        if self._peek() != character:
            return False
        self.at += 1
        return True

    def _refuse(self, why: str) -> NoReturn:
        raise UnitError(self.text, self.at, why)


def _power(unit: Unit, power: int) -> Unit:
    dimensions = tuple((name, own * power) for name, own in unit.dimensions if own * power)
    return Unit(unit.factor**power, dimensions, unit.shift if power == 1 else Fraction(0))
