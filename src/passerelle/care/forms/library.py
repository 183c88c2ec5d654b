"""The questionnaires of the house: declared as data by the packages that use them, checked when they are registered."""

from pathlib import Path
from typing import Any, Final

import yaml

from passerelle.care.forms.rules.loading import load
from passerelle.care.forms.rules.questionnaire import Questionnaire

_registered: dict[str, Questionnaire] = {}
_FOLDER: Final = Path(__file__).parent / "data"


class NotRegistered(LookupError):
    """Ce questionnaire n’est pas connu de la plateforme."""


def register(resource: dict[str, Any]) -> Questionnaire:
    """Make a questionnaire (FHIR resource) known by its address; the last one registered is the current version.

    Raises:
        QuestionnaireError: it cannot be asked; where, and why.
    """
    found = load(resource)
    _registered[found.url] = found
    return found


def register_file(path: Path) -> Questionnaire:
    """Register the questionnaire of a YAML or JSON file.

    Raises:
        QuestionnaireError: it cannot be asked; where, and why.
    """
    return register(yaml.safe_load(path.read_text(encoding="utf-8")))


def register_own() -> None:
    """Register the questionnaires of this package."""
    for path in sorted(_FOLDER.glob("*.yaml")):
        register_file(path)


def current(url: str) -> Questionnaire:
    """Return the current version of a questionnaire.

    Raises:
        NotRegistered: no package declared it.
    """
    try:
        return _registered[url]
    except KeyError as absent:
        raise NotRegistered(url) from absent


def registered() -> list[Questionnaire]:
    """Return every questionnaire, by title."""
    return sorted(_registered.values(), key=lambda one: (one.title, one.url))
