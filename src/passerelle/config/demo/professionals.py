"""Whom the simulated Pro Santé Connect of the demonstration knows: published holders, and doctors of the directory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import connection

from passerelle.core.access import api as access
from passerelle.core.directory import api as directory
from passerelle.protocols.psc import api as psc

_PERSONAS = ("clinicien", "medecin-autre")
_DOCTOR = "Médecin"
_HOSPITAL_DOCTOR = ("10", "", "S", "SA01")
_OWN_OFFICE = psc.Practice("10", "SM54", psc.INDEPENDENT, "SA07", "", "", "Cabinet du port (fictif)")


def demonstration_holders() -> Sequence[psc.Holder]:
    """Return the holders of the demonstration; each call reads the directory again.

    Doctors of the cast and one with two practices come from the directory, in place of the published hospital doctors,
    whom no hospital of the demonstration knows.
    """
    try:
        found = [*_cast(), *_with_two_practices()]
    finally:
        connection.close()  # each call of the simulator comes in a thread of its own
    town = [one for one in psc.published_holders() if not any(practice.finess_legal for practice in one.practices)]
    return (*found, *town)


def _cast() -> Iterable[psc.Holder]:
    for code in _PERSONAS:
        account = access.persona_account(code)
        known = directory.professional(account.professional_id) if account and account.professional_id else None
        if account is not None and known is not None:
            _, given_name, family_name = account.display_name.removesuffix(" (fictif)").split(maxsplit=2)
            yield replace(_holder(known), given_name=given_name, family_name=family_name)


def _with_two_practices() -> Iterable[psc.Holder]:
    for known in directory.professionals(establishment_code="aphm", profession=_DOCTOR, limit=20):
        if access.account_of_professional(known.rpps) is None:
            holder = _holder(known)
            yield replace(holder, practices=(*holder.practices, _OWN_OFFICE))
            return


def _holder(known: directory.ProfessionalRow) -> psc.Holder:
    places = [row for row in directory.establishments() if row.code in known.establishments]
    return psc.Holder(
        subject=f"8{known.rpps}",
        given_name=known.given_name,
        family_name=known.family_name,
        practices=tuple(psc.Practice(*_HOSPITAL_DOCTOR, "", row.finess, row.name) for row in places),
    )
