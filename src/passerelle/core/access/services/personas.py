from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from passerelle.core.access.models import Account, RoleAssignment
from passerelle.core.access.personas import PATIENT_CODE, PERSONA_DOMAIN, Persona, cast
from passerelle.core.access.services.accounts import grant_role, open_account
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory

FROM_THE_START = date(2020, 1, 1)


class NotADemonstration(Exception):
    """Les personnages n’existent qu’en démonstration."""


@transaction.atomic
def ensure_personas(*, at: datetime) -> int:
    """Open the accounts of the cast that do not exist yet and give their roles; return how many exist.

    The directory is loaded before. Doing it again changes nothing.

    Raises:
        NotADemonstration: this installation is not one.
    """
    _demonstration_only()
    # The test establishment sends messages too: the integrator looks after it, and nobody votes for it.
    group = directory.establishments()
    everywhere = [row.code for row in directory.establishments(with_test=True)]
    personas = cast(group)
    known = {account.email: account for account in Account.objects.filter(is_demo_persona=True)}
    for persona in personas:
        account = known.get(persona.email) or _open(persona, at=at)
        places = everywhere if len(persona.establishments) > 1 else list(persona.establishments)
        _give_missing_roles(account, persona, places or [None], at=at)
    return len(personas)


@transaction.atomic
def link_patient_persona(*, person_id: UUID, display_name: str = "", code: str = PATIENT_CODE) -> UUID:
    """Make a patient of the cast this person; return their account. The name shown becomes theirs when it is given.

    Raises:
        NotADemonstration: this installation is not one.
    """
    _demonstration_only()
    everybody = Account.objects.select_for_update(of=("self",)).filter(is_demo_persona=True)
    account = everybody.get(email=f"{code}@{PERSONA_DOMAIN}")
    account.person_id = person_id
    account.display_name = f"{display_name} (fictif)" if display_name else account.display_name
    account.save(update_fields=["person_id", "display_name"])
    return account.pk


def _open(persona: Persona, *, at: datetime) -> Account:
    account = open_account(
        email=persona.email, display_name=f"{persona.name} (fictif)", rpps=_free_rpps(persona), by=None, at=at
    )
    account.is_demo_persona = True
    account.save(update_fields=["is_demo_persona"])
    return account


def _free_rpps(persona: Persona) -> str | None:
    """Return a fictitious professional of that place whom no account is tied to yet, or the one the file says."""
    if persona.rpps:
        _, given_name, family_name = persona.name.split(maxsplit=2)
        directory.enrol_professional(
            rpps=persona.rpps,
            family_name=family_name,
            given_name=given_name,
            profession=persona.profession,
            is_simulated=True,
        )
        return persona.rpps
    if not persona.profession or not persona.establishments:
        return None
    candidates = directory.professionals(
        establishment_code=persona.establishments[0], profession=persona.profession, limit=10
    )
    taken = set(Account.objects.exclude(professional=None).values_list("professional_id", flat=True))
    return next((row.rpps for row in candidates if row.rpps_is_fictitious and row.rpps not in taken), None)


def _give_missing_roles(account: Account, persona: Persona, places: list[str] | list[None], *, at: datetime) -> None:
    held = set(
        RoleAssignment.objects.filter(account=account, role=persona.role.value).values_list("establishment", flat=True)
    )
    for place in places:
        if place not in held:
            grant_role(
                account=account, role=persona.role, establishment=place, starts_on=FROM_THE_START, by=None, at=at
            )


def _demonstration_only() -> None:
    if not settings.DEMO:
        raise NotADemonstration


def note_persona(account: Account, *, by: audit.Actor, at: datetime) -> None:
    """Leave the event of a persona being assumed."""
    audit.record(audit.Action.PERSONA_ASSUMED, by=by, at=at, target=f"account:{account.pk}")
