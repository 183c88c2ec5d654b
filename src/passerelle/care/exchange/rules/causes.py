"""Which messages failed for the same cause: the words that change from one message to the next are set aside."""

import re

_NUMBERS = re.compile(r"\b(?=\w*\d)\w{9,}\b")
_POISON = ("erreur inattendue", "l’exécutant s’est arrêté")
_LONGEST = 160


def cause_of(why: str) -> str:
    """Return the words of an error that its fellows share: long numbers, which tell one message, become « … »."""
    return _NUMBERS.sub("…", why)[:_LONGEST] or "sans motif"


def is_poison(why: str) -> bool:
    """Tell whether a message was parked because it makes our own program fail."""
    return why.startswith(_POISON)
