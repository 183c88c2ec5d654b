"""Whose patient file a citizen's is: the packages above know patients, this one asks them."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from passerelle.protocols.franceconnect.api import Pivot

#: Return the one person whose checked identity is this very one; None for nobody, or for more than one.
Recognition = Callable[[Pivot, datetime], UUID | None]


def _nobody(pivot: Pivot, at: datetime) -> UUID | None:
    del pivot, at
    return None


_known: list[Recognition] = [_nobody]


def register_recognition(recognition: Recognition) -> None:
    """Say who recognises patients by their civil identity; called once, from `AppConfig.ready()`."""
    _known[:] = [recognition]


def recognised(pivot: Pivot, *, at: datetime) -> UUID | None:
    """Return the person a pivot identity is, None when it is not certain."""
    return _known[0](pivot, at)
