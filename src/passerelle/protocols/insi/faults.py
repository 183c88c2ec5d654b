"""What may go wrong, and whether asking again is worth it. No error holds a patient's data."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

#: SOAP fault subcodes after which the same question may be answered later.
TEMPORARY_FAULTS = frozenset({"siram_40"})
_DELAYS = (1, 5, 15, 60)
_MOST_ATTEMPTS = 30


class InsiError(Exception):
    """INSi did not answer the question. `code` is the fault's (insi_102…) or ours (`timeout`, `http_503`…)."""

    is_temporary: ClassVar[bool] = False

    def __init__(self, *, code: str, subcode: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.subcode = subcode


class InsiUnavailable(InsiError):
    """Le téléservice INSi ne répond pas pour l’instant."""

    is_temporary = True


class InsiRefused(InsiError):
    """Le téléservice INSi refuse la demande : le certificat, l’habilitation ou la demande sont à revoir."""


class InsiUnreadable(InsiError):
    """La réponse du téléservice INSi n’a pas la forme publiée."""

    is_temporary = True


def retry_delay(attempts: int) -> timedelta | None:
    """Return how long to wait after so many failed attempts (1, 5, 15 minutes, then hours); None: stop asking.

    A day of trying covers an announced maintenance.
    """
    if attempts >= _MOST_ATTEMPTS:
        return None
    return timedelta(minutes=_DELAYS[min(max(attempts, 1), len(_DELAYS)) - 1])
