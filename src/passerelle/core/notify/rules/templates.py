"""Templates of messages: French texts with declared words, read from YAML and judged before they serve."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from passerelle.core.notify.rules import gsm7, lexicon
from passerelle.core.notify.rules.words import LONGEST, WordKind, WordRefused, check, written

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_MOST_PARTS: Final = 2
_FIELDS: Final = frozenset(
    {"code", "version", "channel", "label", "subject", "text", "words", "expects_answer", "any_hour", "passes_stop"}
)


class TemplateRefused(ValueError):
    """A template may not serve; `faults` says why, one sentence each."""

    def __init__(self, code: str, faults: Iterable[str]) -> None:
        self.code = code
        self.faults = tuple(faults)
        super().__init__(f"{code}\u00a0: {' ; '.join(self.faults)}")


@dataclass(frozen=True, slots=True)
class Template:
    """A text, its words, and how it may leave.

    Attributes:
        any_hour: it leaves in quiet hours too: the answer to what somebody has just asked or written.
        passes_stop: it leaves to whom said STOP: the one confirmation of that STOP.
    """

    code: str
    version: int
    channel: str
    label: str
    text: str
    subject: str = ""
    words: Mapping[str, WordKind] = field(default_factory=dict)
    expects_answer: bool = False
    any_hour: bool = False
    passes_stop: bool = False

    def check_words(self, words: Mapping[str, str]) -> None:
        """Make sure that the values given are those of the template, each of its kind.

        Raises:
            WordRefused: one is missing, unknown, or not of its kind.
        """
        for name in sorted(self.words.keys() ^ words.keys()):
            raise WordRefused(name, "ce mot manque" if name in self.words else "ce mot n’est pas du modèle")
        for name, kind in self.words.items():
            check(name, kind, words[name])

    def body(self, words: Mapping[str, str], *, places: Mapping[str, str], address: str) -> str:
        """Return the text to send; an SMS is brought into the GSM alphabet."""
        text = self._filled(self.text, words, places=places, address=address)
        return gsm7.fold(text) if self.channel == "sms" else text

    def title(self, words: Mapping[str, str], *, places: Mapping[str, str], address: str) -> str:
        """Return the subject of a mail, on one line."""
        return " ".join(self._filled(self.subject, words, places=places, address=address).split())

    def _filled(self, text: str, words: Mapping[str, str], *, places: Mapping[str, str], address: str) -> str:
        is_short = self.channel == "sms"
        values = {
            name: written(kind, words[name], places=places, address=address, is_short=is_short)
            for name, kind in self.words.items()
        }
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text).strip()


def read(text: str) -> list[Template]:
    """Return the templates of a YAML file.

    Raises:
        TemplateRefused: one is not understood or may not serve.
    """
    return [_template(row) for row in yaml.safe_load(text)]


def faults_of(template: Template) -> list[str]:
    """Say what is wrong with a template; an empty list when it may serve."""
    found = []
    named = set(_PLACEHOLDER.findall(template.text + template.subject))
    if named != set(template.words):
        found.append("les mots du texte et ceux qui sont déclarés diffèrent")
    told = lexicon.health_words_in(f"{template.label} {template.subject} {template.text}")
    if told:
        found.append(f"mots de santé\u00a0: {', '.join(told)}")
    if template.channel == "email" and not template.subject:
        found.append("un courriel a un objet")
    if template.channel == "sms" and not found:
        found += _too_long(template)
    return found


def longest(template: Template) -> gsm7.Length:
    """Return how long an SMS can be when each of its words is the longest of its kind."""
    text = _PLACEHOLDER.sub(lambda found: "x" * LONGEST[template.words[found[1]]], template.text.strip())
    return gsm7.length(gsm7.fold(text))


def _too_long(template: Template) -> list[str]:
    parts = longest(template).parts
    return [f"jusqu’à {parts} SMS pour un message, {_MOST_PARTS} au plus"] if parts > _MOST_PARTS else []


def _template(row: Mapping[str, Any]) -> Template:
    code = str(row.get("code", "?"))
    unknown = sorted(set(row) - _FIELDS)
    if unknown:
        raise TemplateRefused(code, [f"champ inconnu\u00a0: {', '.join(unknown)}"])
    try:
        words = {str(name): WordKind(kind) for name, kind in (row.get("words") or {}).items()}
        template = Template(
            code,
            int(row["version"]),
            str(row["channel"]),
            str(row["label"]),
            str(row["text"]),
            subject=str(row.get("subject", "")),
            words=words,
            expects_answer=bool(row.get("expects_answer")),
            any_hour=bool(row.get("any_hour")),
            passes_stop=bool(row.get("passes_stop")),
        )
    except (KeyError, ValueError) as error:
        raise TemplateRefused(code, [f"non compris\u00a0: {error}"]) from error
    faults = faults_of(template)
    if faults:
        raise TemplateRefused(code, faults)
    return template
