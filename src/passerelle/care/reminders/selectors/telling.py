"""Rules in words, for those who review them."""

from collections.abc import Sequence
from dataclasses import dataclass

from passerelle.care.appointments import api as appointments
from passerelle.care.reminders.rules.declared import Rule, Step
from passerelle.care.reminders.selectors.foreseen import CHANNELS
from passerelle.care.reminders.selectors.scope import measured_establishments
from passerelle.core.ui.api import french

_ANY = "*"


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """A rule in words."""

    code: str
    version: int
    label: str
    kinds: str
    establishments: str
    steps: tuple[tuple[str, str], ...]
    discreet: bool


def rule_sheets(rules: Sequence[Rule]) -> list[RuleSheet]:
    """Return the rules as sentences, with the names of kinds and establishments."""
    kinds = {kind.code: kind.public_label or kind.label for kind in appointments.kinds()}
    places = dict(measured_establishments())
    return [
        RuleSheet(
            rule.code,
            rule.version,
            rule.label,
            _named(rule.kinds, kinds, "toutes les natures de rendez-vous"),
            _named(rule.establishments, places, "tous les établissements"),
            tuple((step.label, _sentence(step)) for step in rule.steps),
            rule.discreet,
        )
        for rule in rules
    ]


def _named(codes: Sequence[str], names: dict[str, str], anything: str) -> str:
    if _ANY in codes:
        return anything
    return french.enumeration(sorted({names.get(code, code.replace("_", " ")) for code in codes}))


def _sentence(step: Step) -> str:
    channels = [CHANNELS[channel] for channel in step.channels]
    told = f"À {french.hour(step.at)}, par {channels[0]}"
    if len(channels) > 1:
        told += f", sinon par {french.enumeration(channels[1:])}"
    if step.unless_reachable:
        told += ", seulement si la personne n’est joignable ni par SMS ni par courriel"
    return f"{told}."
