"""Who came by FranceConnect, and whose patient file they open: their own, by a proof, or none."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.audit import api as audit
from passerelle.core.oauth.citizens import recognised
from passerelle.core.oauth.services.tying import AccountClosed, NotAdmitted, tie, tied_account
from passerelle.protocols.franceconnect import api as franceconnect

NOWHERE = "espace-patient.invalid"


class NotRecognised(NotAdmitted):
    """Votre identité est confirmée, mais aucun dossier ne peut vous être ouvert avec certitude."""


@transaction.atomic
def admit_citizen(*, pivot: franceconnect.Pivot, subject: str, at: datetime) -> access.Account:
    """Return the account of a citizen: the one their subject is tied to, else that of the person they are for certain.

    Raises:
        NotRecognised: no person has this very identity, checked on a document, or several do.
        NotAdmitted: the account is closed, or tied to somebody else.
    """
    account = tied_account(provider=franceconnect.PROVIDER, subject=subject)
    if account is None:
        person_id = recognised(pivot, at=at)
        if person_id is None:
            raise NotRecognised
        name = f"{pivot.given_names[0]} {pivot.used_name or pivot.birth_name}".title()
        account = patient_account(person_id=person_id, name=name, by=None, at=at)
    if not account.is_active:
        raise AccountClosed
    tie(account, provider=franceconnect.PROVIDER, subject=subject, at=at)
    return account


@transaction.atomic
def patient_account(
    *, person_id: UUID, name: str, by: audit.Actor | None, at: datetime, email: str = ""
) -> access.Account:
    """Return the account of a person who is a patient, opened now when they have none; `email` is then its address."""
    account = access.account_of_person(person_id)
    if account is None:
        address = email or f"patient-{person_id}@{NOWHERE}"
        account = access.open_account(email=address, display_name=name, person_id=person_id, by=by, at=at)
    if not access.has_held(account, Role.PATIENT, None):
        access.grant_role(
            account=account,
            role=Role.PATIENT,
            establishment=None,
            starts_on=timezone.localdate(at),
            by=by,
            at=at,
        )
    return account


@transaction.atomic
def tie_citizen(*, account: access.Account, subject: str, at: datetime) -> None:
    """Tie the one who came by FranceConnect to the account that a proof of another kind has just opened.

    Raises:
        NotAdmitted: the subject, or the account, is tied to another.
    """
    tie(account, provider=franceconnect.PROVIDER, subject=subject, at=at)
