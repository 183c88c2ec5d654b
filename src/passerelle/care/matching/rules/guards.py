"""What no score may overrule: the rules that keep two persons apart, or leave the decision to a human.

Each rule gives the highest zone left and its reason in French. Sources: RNIV (trust statuses and attributes of an
identity; a provisional identity is not trusted), and the false merges known of identity servers: twins, mother and
newborn, father and son, homonyms born the same day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from passerelle.care.matching.rules.comparable import Comparable
from passerelle.care.matching.rules.comparing import DIFFERENT, EXACT, Agreement, is_provisional_number
from passerelle.care.matching.rules.normalising import is_unknown_name
from passerelle.care.matching.rules.profile import Profile


class Zone(IntEnum):
    """What becomes of a pair, least bold first."""

    SEPARATE = 0
    PROPOSE = 1
    LINK = 2

    @property
    def label(self) -> str:
        """Return the French name of the zone."""
        return ("Séparer", "Proposer", "Lier")[self.value]


@dataclass(frozen=True, slots=True)
class Guard:
    """The highest zone that a rule leaves, and why."""

    ceiling: Zone
    why_fr: str


Rule = Callable[[Comparable, Comparable, Agreement], "Guard | None"]
_TRUSTED: Final = frozenset({"VALI", "QUAL"})
_DOUBTFUL: Final = frozenset({"DOUT", "DOUA", "DOUB", "HOMA", "HOMD"})
_PERSONAL: Final = ("phone", "email", "address", "mother")


def guards(one: Comparable, other: Comparable, levels: Agreement) -> tuple[Guard, ...]:
    """Return the rules that hold for a pair, the strictest first."""
    found = [guard for rule in _RULES if (guard := rule(one, other, levels)) is not None]
    return tuple(sorted(found, key=lambda guard: guard.ceiling))


def apart(one: Comparable, other: Comparable, levels: Agreement) -> tuple[Guard, ...]:
    """Return the rules that must not hold against any file of a person for an automatic link to it."""
    return tuple(guard for rule in _APART if (guard := rule(one, other, levels)) is not None)


def hold_two_ins(one: Profile, other: Profile) -> bool:
    """Tell whether both hold a qualified INS, and not the same."""
    return (
        one.is_ins_qualified
        and other.is_ins_qualified
        and (one.ins_family, one.ins_matricule) != (other.ins_family, other.ins_matricule)
    )


def _two_ins(one: Comparable, other: Comparable, _: Agreement) -> Guard | None:
    first, second = one.profile, other.profile
    if not hold_two_ins(first, second):
        return None
    is_waiting = is_provisional_number(first.ins_matricule) != is_provisional_number(second.ins_matricule)
    if is_waiting and first.ins_family == second.ins_family:
        return Guard(Zone.PROPOSE, "Un numéro d’attente (NIA) et un NIR : l’INS est d’abord à mettre à jour")
    return Guard(Zone.SEPARATE, "Deux INS qualifiées différentes : jamais la même personne")


def _two_numbers(_one: Comparable, _other: Comparable, levels: Agreement) -> Guard | None:
    if levels.ins == DIFFERENT:
        return Guard(Zone.PROPOSE, "Deux matricules INS différents, dont un n’est pas qualifié : la cellule décide")
    return None


def _fictive(one: Comparable, other: Comparable, _: Agreement) -> Guard | None:
    if "FICT" in one.profile.attributes | other.profile.attributes:
        return Guard(Zone.SEPARATE, "Identité fictive : elle ne se rapproche de personne")
    return None


def _nobody(one: Comparable, other: Comparable, _: Agreement) -> Guard | None:
    if any(is_unknown_name(each.profile.birth_name) and not each.first for each in (one, other)):
        return Guard(Zone.SEPARATE, "Patient inconnu : rien à comparer")
    return None


def _twins(one: Comparable, other: Comparable, levels: Agreement) -> Guard | None:
    if levels.birth_date not in {EXACT, "exact_conventional"} or levels.ins == EXACT:
        return None
    if levels.given == DIFFERENT:
        return Guard(Zone.SEPARATE, "Nés le même jour, prénoms différents : jumeaux ou homonymes")
    first, second = one.profile.birth_order, other.profile.birth_order
    if first and second and first != second:
        return Guard(Zone.SEPARATE, "Rangs de naissance différents : jumeaux")
    if (one.profile.is_multiple_birth or other.profile.is_multiple_birth) and levels.given != EXACT:
        return Guard(Zone.PROPOSE, "Naissance multiple : la cellule distingue les jumeaux")
    return None


def _mother_and_child(one: Comparable, other: Comparable, levels: Agreement) -> Guard | None:
    if one.is_newborn != other.is_newborn and levels.birth_date == DIFFERENT:
        return Guard(Zone.SEPARATE, "Un nouveau-né et une personne née un autre jour : mère et enfant")
    if one.is_newborn or other.is_newborn:
        return Guard(Zone.PROPOSE, "Nouveau-né sans prénom : la cellule décide")
    return None


def _parents(one: Comparable, other: Comparable, levels: Agreement) -> Guard | None:
    if levels.birth_date == DIFFERENT and one.year and other.year and abs(one.year - other.year) >= 14:
        if levels.ins == EXACT:
            return Guard(Zone.PROPOSE, "Une génération d’écart malgré la même INS : à vérifier")
        return Guard(Zone.SEPARATE, "Une génération d’écart : parent et enfant ou homonymes")
    return None


def _same_house(one: Comparable, other: Comparable, _: Agreement) -> Guard | None:
    first, second = one.profile, other.profile
    if first.establishment and first.establishment == second.establishment and first.is_live_ipp and second.is_live_ipp:
        return Guard(Zone.PROPOSE, "Deux IPP en service dans le même établissement : la fusion se décide chez lui")
    return None


def _provisional(one: Comparable, other: Comparable, _: Agreement) -> Guard | None:
    if not {one.profile.status, other.profile.status} <= _TRUSTED:
        return Guard(Zone.PROPOSE, "Une identité n’est ni validée ni qualifiée : pas de lien automatique")
    return None


def _doubtful(one: Comparable, other: Comparable, _: Agreement) -> Guard | None:
    if (one.profile.attributes | other.profile.attributes) & _DOUBTFUL:
        return Guard(Zone.PROPOSE, "Identité homonyme ou douteuse : la cellule décide")
    return None


def _other_sex(_one: Comparable, _other: Comparable, levels: Agreement) -> Guard | None:
    if levels.sex == DIFFERENT:
        return Guard(Zone.PROPOSE, "Sexes différents : la cellule décide")
    return None


def _strict_traits(_one: Comparable, _other: Comparable, levels: Agreement) -> Guard | None:
    told = (levels.name, levels.given, levels.birth_date, levels.sex, levels.birth_place)
    if any(level != EXACT for level in told):
        return Guard(Zone.PROPOSE, "Les cinq traits stricts ne sont pas tous connus et identiques")
    return None


def _uncorroborated(_one: Comparable, _other: Comparable, levels: Agreement) -> Guard | None:
    if levels.ins != EXACT and EXACT not in [getattr(levels, field) for field in _PERSONAL]:
        return Guard(Zone.PROPOSE, "Rien ne confirme les traits stricts : homonymes nés le même jour possibles")
    return None


_APART: Final[tuple[Rule, ...]] = (
    _two_ins,
    _two_numbers,
    _fictive,
    _nobody,
    _twins,
    _mother_and_child,
    _parents,
    _same_house,
    _doubtful,
    _other_sex,
)
_RULES: Final[tuple[Rule, ...]] = (*_APART, _provisional, _strict_traits, _uncorroborated)
