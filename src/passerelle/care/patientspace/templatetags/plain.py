"""Words of medicine, explained where they stand: on hover, and on a tap, without a script."""

from functools import lru_cache
from pathlib import Path

import yaml
from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from passerelle.care.patientspace.rules.plain import split_terms

register = template.Library()
GLOSSARY_FILE = Path(__file__).parents[1] / "rules" / "glossary.yaml"


@lru_cache(maxsize=1)
def glossary() -> dict[str, str]:
    """Return the words explained, each with its explanation."""
    return dict(yaml.safe_load(GLOSSARY_FILE.read_text(encoding="utf-8"))["glossary"])


@lru_cache(maxsize=1)
def hard_terms() -> frozenset[str]:
    """Return the words of medicine that a patient page says otherwise, or explains."""
    told = yaml.safe_load(GLOSSARY_FILE.read_text(encoding="utf-8"))
    return frozenset(told["terms"]) | frozenset(told["glossary"])


@register.filter
def explained(text: str) -> SafeString:
    """Write a text with its medical words explained."""
    return format_html_join("", "{}", ((_piece(*piece),) for piece in split_terms(str(text), glossary())))


def _piece(word: str, explanation: str) -> SafeString | str:
    if not explanation:
        return word
    return format_html(
        '<details class="term"><summary title="{explanation}">{word}</summary>'
        "<span>\u00a0: {explanation}</span></details>",
        word=word,
        explanation=explanation,
    )
