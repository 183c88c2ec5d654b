"""The rules of reminders: declared as data, reviewed, judged when they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

import yaml

CHANNELS: Final = ("sms", "email", "letter")
#: A letter posted later would come after the appointment.
POST_DAYS: Final = 4
_MOST_DAYS: Final = 30
_ANY: Final = "*"
_OPENS, _CLOSES = time(8), time(21)
_RULE_FIELDS: Final = {"code", "version", "label", "kinds", "establishments", "steps", "discreet"}
_STEP_FIELDS: Final = {"code", "days_before", "at", "channels", "unless_reachable"}


class RuleRefused(ValueError):
    """A rule may not serve; `where` is its code and that of its step."""

    def __init__(self, where: str, why: str) -> None:
        self.where = where
        self.why = why
        super().__init__(f"{where}\u00a0: {why}")


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder of a rule: so many days before, at this hour of Paris, by the first channel that can serve."""

    code: str
    days_before: int
    at: time
    channels: tuple[str, ...]
    unless_reachable: bool = False

    @property
    def label(self) -> str:
        return f"J\u2212{self.days_before}"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is sent for kinds of appointments, at establishments; `*` is any."""

    code: str
    version: int
    label: str
    kinds: tuple[str, ...]
    establishments: tuple[str, ...]
    steps: tuple[Step, ...]
    discreet: bool = False

    def precision(self, establishment: str, kind: str) -> int:
        """Return how exactly it fits: 0 when it does not, 4 for both by name."""
        fits_kind = kind in self.kinds or _ANY in self.kinds
        fits_place = establishment in self.establishments or _ANY in self.establishments
        if not (fits_kind and fits_place):
            return 0
        return 1 + 2 * (kind in self.kinds) + (establishment in self.establishments)


def rule_for(rules: Sequence[Rule], *, establishment: str, kind: str) -> Rule | None:
    """Return the most exact rule; None when none fits: nothing is sent."""
    best = max(rules, key=lambda rule: rule.precision(establishment, kind), default=None)
    return best if best is not None and best.precision(establishment, kind) else None


def is_discreet(rules: Sequence[Rule], *, establishment: str) -> bool:
    """Tell whether the name of an establishment is never said, whichever rule serves."""
    return any(rule.discreet and establishment in rule.establishments for rule in rules)


def read(text: str) -> tuple[Rule, ...]:
    """Return the rules of a YAML file.

    Raises:
        RuleRefused: one is not understood, sends in quiet hours, posts a letter too late, or is there twice.
    """
    rules = tuple(_rule(row) for row in yaml.safe_load(text))
    codes = [rule.code for rule in rules]
    for code in codes:
        if codes.count(code) > 1:
            raise RuleRefused(code, "ce code est là deux fois")
    return rules


def _rule(row: Mapping[str, Any]) -> Rule:
    code = str(row.get("code", "?"))
    _known(row, _RULE_FIELDS, code)
    try:
        rule = Rule(
            code,
            int(row["version"]),
            str(row["label"]),
            tuple(map(str, row["kinds"])),
            tuple(map(str, row["establishments"])),
            tuple(_step(code, step) for step in row["steps"]),
            discreet=bool(row.get("discreet")),
        )
    except (KeyError, TypeError) as error:
        raise RuleRefused(code, f"il manque {error}") from error
    if len({step.code for step in rule.steps}) != len(rule.steps):
        raise RuleRefused(code, "deux rappels ont le même code")
    return rule


def _step(rule: str, row: Mapping[str, Any]) -> Step:
    where = f"{rule} {row.get('code', '?')}"
    _known(row, _STEP_FIELDS, where)
    step = Step(
        str(row["code"]),
        int(row["days_before"]),
        time.fromisoformat(str(row["at"])),
        tuple(map(str, row["channels"])),
        unless_reachable=bool(row.get("unless_reachable")),
    )
    for refused, why in (
        (not step.channels or not set(step.channels) <= set(CHANNELS), "canal inconnu"),
        (not 0 < step.days_before <= _MOST_DAYS, f"de 1 à {_MOST_DAYS} jours avant"),
        (not _OPENS <= step.at < _CLOSES, "hors des heures permises (8 h à 21 h)"),
        ("letter" in step.channels and step.days_before < POST_DAYS, "une lettre part quatre jours avant au moins"),
    ):
        if refused:
            raise RuleRefused(where, why)
    return step


def _known(row: Mapping[str, Any], fields: set[str], where: str) -> None:
    unknown = sorted(set(row) - fields)
    if unknown:
        raise RuleRefused(where, f"champ inconnu\u00a0: {', '.join(unknown)}")
