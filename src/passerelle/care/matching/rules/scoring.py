"""The score of two profiles: a sum of weights, each with its reason. Source: Fellegi and Sunter, 1969."""

from dataclasses import dataclass
from typing import Final

from passerelle.care.matching.rules.comparable import Comparable, comparable
from passerelle.care.matching.rules.comparing import FIELDS, MISSING, Agreement, agreement, shared_name
from passerelle.care.matching.rules.model import Field, Model, declared_model
from passerelle.care.matching.rules.profile import Profile

_RARE_BITS: Final = 13.0
_COMMON_BITS: Final = 10.0
_MOST_BITS: Final = 60.0


@dataclass(frozen=True, slots=True)
class FieldScore:
    """What one field says: the level reached, its weight in bits, and the sentence to show."""

    field: str
    agreement: str
    weight: float
    why_fr: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The weight of a pair in bits, the probability that both are one person, and the reasons, heaviest first."""

    weight: float
    probability: float
    fields: tuple[FieldScore, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A score without its words: what deciding needs of each candidate."""

    agreement: Agreement
    weights: tuple[float, ...]
    weight: float


def compare(one: Profile, other: Profile) -> Score:
    """Return the score of two profiles, explained field by field; missing fields say nothing."""
    return explain(comparable(one), comparable(other), declared_model())


def weigh(one: Comparable, other: Comparable, model: Model) -> Weighed:
    """Return the weight of a pair, without words."""
    levels = agreement(one, other)
    weights = [_weight(field, level, one, other, model) for field, level in zip(FIELDS, levels, strict=True)]
    _cap_household(levels, weights, model)
    return Weighed(levels, tuple(weights), sum(weights))


def explain(one: Comparable, other: Comparable, model: Model) -> Score:
    """Return the score of a pair with its words."""
    weighed = weigh(one, other, model)
    fields = [
        FieldScore(field, level, round(weight, 1), _why(model.fields[field], level, weight), model.fields[field].label)
        for field, level, weight in zip(FIELDS, weighed.agreement, weighed.weights, strict=True)
        if level != MISSING
    ]
    fields.sort(key=lambda field: -abs(field.weight))
    return Score(round(weighed.weight, 1), probability(weighed.weight, model), tuple(fields))


def probability(weight: float, model: Model) -> float:
    """Return the probability of one person, given that a newcomer is in the base one time in two."""
    bits = max(-_MOST_BITS, min(_MOST_BITS, weight - model.prior_bits))
    return float(1 / (1 + 2**-bits))


def _weight(name: str, level: str, one: Comparable, other: Comparable, model: Model) -> float:
    if level == MISSING:
        return 0.0
    field = model.fields[name]
    if level in field.term_levels:
        return model.term_weight(field, level, _term(name, one, other))
    return field.levels[level].weight


def _term(name: str, one: Comparable, other: Comparable) -> str:
    if name == "name":
        return shared_name(one, other)
    return one.first if name == "given" else one.place


def _cap_household(levels: Agreement, weights: list[float], model: Model) -> None:
    """Bound what relatives share when given names or birth dates are those of two persons."""
    household = model.household
    if levels.given not in household.given and levels.birth_date not in household.birth_date:
        return
    places = [place for place, name in enumerate(FIELDS) if name in household.fields and weights[place] > 0]
    total = sum(weights[place] for place in places)
    if total > household.most_bits:
        for place in places:
            weights[place] *= household.most_bits / total


def _why(field: Field, level: str, weight: float) -> str:
    sentence = field.levels[level].fr
    if level in field.term_levels and weight >= _RARE_BITS:
        sentence += " et rare"
    elif level in field.term_levels and weight < _COMMON_BITS and field.term == "surnames":
        sentence += " et courant"
    return f"{sentence}\u00a0: {weight:+.1f}".replace(".", ",").replace("-", "−")
