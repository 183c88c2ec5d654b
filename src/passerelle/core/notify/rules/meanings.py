"""What a reply by SMS says. Only short and plain replies are understood: the others are for the person's own eyes."""

import re
from typing import Final

from passerelle.core.notify.rules.lexicon import plain

_STOP: Final = frozenset({"stop", "arret", "arreter", "desabonner", "desinscrire", "unsubscribe"})
_RESUME: Final = frozenset({"reprendre", "reprise", "start"})
_YES: Final = frozenset({"oui", "o", "1", "ok", "yes", "confirme", "je confirme", "oui merci", "ok merci", "confirmer"})
_NO: Final = frozenset({"non", "n", "2", "no", "annuler", "annule", "je ne viens pas", "non merci"})


def meaning_of(text: str) -> str:
    """Return `stop`, `resume`, `yes`, `no`, or `other`. STOP wins wherever it begins or ends a reply."""
    said = plain(text)
    words = said.split()
    if not words:
        return "other"
    if words[0] in _STOP or (words[-1] in _STOP and len(words) <= 4) or re.match(r"stop\s?sms", said):
        return "stop"
    if words[0] in _RESUME:
        return "resume"
    if said in _YES:
        return "yes"
    return "no" if said in _NO else "other"
