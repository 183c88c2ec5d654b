"""Measures in plain words, for a page: what it is, when, and how it stands to the limits of its person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from passerelle.care.devices.rules.catalogue import Kind, Quantity
from passerelle.care.devices.rules.crossing import Limit, french
from passerelle.care.devices.rules.words import Rule, Severity

_NBSP: Final = "\u00a0"
_SEEN: Final = {Rule.ABOVE: "au-dessus de", Rule.BELOW: "en dessous de"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a measure stands: a status of the shell and its word; `is_out`: beyond a limit of this person."""

    kind: str
    label: str
    is_out: bool = False


def told(kind: Kind, values: Mapping[str, Decimal]) -> str:
    """Return a measure as people say it: « 12,8 / 7,8 » is never said here, but « 128 / 78 mmHg, pouls 66 »."""
    main = kind.main
    figures = french(values[main.code], main.decimals)
    if kind.slug == "tension":
        low = kind.quantities[1]
        figures = f"{figures}{_NBSP}/{_NBSP}{french(values[low.code], low.decimals)}"
    text = f"{figures}{_NBSP}{main.shown}"
    pulse = values.get("8867-4")
    return f"{text}, pouls {french(pulse, 0)}" if pulse is not None else text


def standing(values: Mapping[str, Decimal], limits: Iterable[Limit]) -> Standing:
    """Return how a measure stands to the limits in force; nothing is promised when there is no limit."""
    bounds = [one for one in limits if one.rule in _SEEN and one.value is not None and one.quantity in values]
    if not bounds:
        return Standing("neutral", "Pas de limite fixée")
    out = [one for one in bounds if _is_out(one, values[one.quantity])]
    if not out:
        return Standing("done", "Dans les limites")
    worst = min(out, key=lambda one: one.severity.rank)
    word = "Trop haut" if worst.rule is Rule.ABOVE else "Trop bas"
    return Standing("danger" if worst.severity is Severity.URGENT else "attention", word, is_out=True)


def _is_out(limit: Limit, value: Decimal) -> bool:
    if limit.value is None:
        return False
    return value > limit.value if limit.rule is Rule.ABOVE else value < limit.value


def limit_text(limit: Limit, quantity: Quantity) -> str:
    """Return a limit as a sentence: « Poids : hausse de plus de 2,0 kg en 72 h »."""
    if limit.rule is Rule.MISSING:
        return f"{quantity.label}{_NBSP}: aucune mesure depuis {limit.hours}{_NBSP}h"
    figure = f"{french(limit.value, quantity.decimals)}{_NBSP}{quantity.shown}" if limit.value is not None else ""
    window = f" en {limit.hours}{_NBSP}h" if limit.hours and limit.rule in {Rule.RISE, Rule.DROP} else ""
    return f"{quantity.label}{_NBSP}: {limit.rule.label} {figure}{window}"
