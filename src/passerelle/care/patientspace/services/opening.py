"""Opening the account of who has proved to be the person of a file."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.patientspace.rules.recognition import CHECKED, Civil, is_same
from passerelle.care.patientspace.services.invitations import HasASpace, Proved, use
from passerelle.core.access import api as access
from passerelle.core.oauth import api as oauth
from passerelle.protocols.franceconnect.api import Pivot

_MANY = 20


class AddressTaken(Exception):
    """Cette adresse ne peut pas servir ici. Donnez-en une autre."""


class AnotherPerson(Exception):
    """L’identité donnée par FranceConnect n’est pas celle de ce dossier. Rien n’est ouvert ; passez à l’accueil."""


@transaction.atomic
def open_with_password(*, invitation: Proved, email: str, password: str, at: datetime) -> access.Account:
    """Open the account of the person invited; its second factor is chosen next.

    Raises:
        HasASpace: the person has an account already.
        AddressTaken: another account has this address.
        NotOpened: the invitation opens nothing any more.
    """
    if access.account_of_person(invitation.person_id) is not None:
        raise HasASpace
    try:
        with transaction.atomic():
            account = _account(invitation.person_id, email=email, at=at)
    except IntegrityError as taken:
        raise AddressTaken from taken
    by_holder = None
    access.set_password(account=account, password=password, by=by_holder, at=at)
    use(invitation_id=invitation.id, account=account, at=at)
    return account


@transaction.atomic
def open_with_citizen(*, invitation: Proved, pending: oauth.Pending, at: datetime) -> access.Account:
    """Open the account of the person invited to the one whom FranceConnect identified.

    Raises:
        AnotherPerson: the provider says another birth date or another name (the given one tells twins apart).
        NotAdmitted: the identity, or the account, is tied to another.
        NotOpened: the invitation opens nothing any more.
    """
    if not _is_told(pending, identity.traits(invitation.person_id)):
        raise AnotherPerson
    account = _account(invitation.person_id, email="", at=at)
    oauth.tie_citizen(account=account, subject=pending.subject, at=at)
    use(invitation_id=invitation.id, account=account, at=at)
    return account


def _is_told(pending: oauth.Pending, traits: identity.PersonTraits) -> bool:
    """Tell whether what the provider said of someone is what a file says."""
    names = {identity.search_form(name) for name in (traits.birth_name, traits.used_name) if name}
    first = identity.search_form(traits.first_given)
    name, given = (identity.search_form(str(pending.claims.get(one, ""))) for one in ("family_name", "given_name"))
    is_named = name in names and bool(first) and given.startswith(first)
    return is_named and str(traits.birth_date) == pending.claims.get("birthdate")


def recognise(pivot: Pivot, at: datetime) -> UUID | None:
    """Return the one person whose checked identity is this very one; None for nobody, or for more than one."""
    del at
    told = Civil(
        identity.search_form(pivot.birth_name),
        tuple(identity.search_form(name) for name in pivot.given_names),
        pivot.birth_date,
        pivot.sex,
        pivot.birth_place,
    )
    found = identity.search_people(pivot.birth_name, birth_date=pivot.birth_date, limit=_MANY)
    alike = [one.traits for one in found if is_same(told, _civil(one.traits))]
    if len(alike) != 1 or len(found) == _MANY:
        return None
    only = alike[0]
    is_certain = only.status in CHECKED and only.deceased_at is None
    return only.person_id if is_certain else None


def _civil(traits: identity.PersonTraits) -> Civil:
    return Civil(
        identity.search_form(traits.birth_name),
        tuple(identity.search_form(part) for name in traits.given_names for part in name.split()),
        traits.birth_date,
        traits.sex,
        traits.birth_place,
    )


def _account(person_id: UUID, *, email: str, at: datetime) -> access.Account:
    return oauth.patient_account(person_id=person_id, name=consent.called(person_id), by=None, at=at, email=email)
