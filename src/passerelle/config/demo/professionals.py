"""Whom the simulated Pro Santé Connect of the demonstration knows: its published holders, and doctors of the cast."""

from collections.abc import Sequence

from django.db import connection

from passerelle.core.access import api as access
from passerelle.core.directory import api as directory
from passerelle.protocols.psc import api as psc

_PERSONAS = ("clinicien", "medecin-autre")
_HOSPITAL_DOCTOR = ("10", "", "S", "SA01")


def demonstration_holders() -> Sequence[psc.Holder]:
    """Return the published holders after the hospital doctors of the cast; each call reads them again."""
    try:
        personas = [holder for code in _PERSONAS if (holder := _persona(code)) is not None]
    finally:
        connection.close()  # each call of the simulator comes in a thread of its own
    taken = {holder.subject for holder in personas}
    return (*personas, *(holder for holder in psc.published_holders() if holder.subject not in taken))


def _persona(code: str) -> psc.Holder | None:
    account = access.persona_account(code)
    known = directory.professional(account.professional_id) if account and account.professional_id else None
    if account is None or known is None:
        return None
    _, given_name, family_name = account.display_name.removesuffix(" (fictif)").split(maxsplit=2)
    places = [row for row in directory.establishments() if row.code in known.establishments]
    return psc.Holder(
        subject=f"8{known.rpps}",
        given_name=given_name,
        family_name=family_name,
        practices=tuple(psc.Practice(*_HOSPITAL_DOCTOR, "", row.finess, row.name) for row in places),
    )
