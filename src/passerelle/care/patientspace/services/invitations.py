"""Inviting a person to open their space, and letting in who proves to be them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.patientspace.models import Invitation
from passerelle.care.patientspace.rules.recognition import age_on
from passerelle.care.patientspace.rules.vocabulary import Means
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.core.audit import api as audit
from passerelle.core.notify import api as notify
from passerelle.core.parameters.api import legal

MOST_FAILURES: Final = 5
_SALT: Final = "passerelle.patientspace.invitation"


class NotInvited(Exception):
    """Personne n’a été invité."""


class HasASpace(NotInvited):
    """Cette personne a déjà son espace. Elle s’y connecte avec ses moyens habituels."""


class NoBirthDate(NotInvited):
    """La date de naissance manque au dossier : elle est la seconde preuve. Complétez d’abord l’identité."""


class TooYoung(NotInvited):
    """Cette personne est trop jeune pour avoir son propre espace. Ses parents entrent dans le sien depuis le leur."""


class NoDocumentSeen(NotInvited):
    """Choisissez la pièce d’identité que vous avez vue : sans elle, rien n’est remis en main propre."""


class NoNumber(NotInvited):
    """Ce numéro ne peut pas recevoir de SMS. Corrigez-le au dossier, ou choisissez un autre moyen."""


class NotOpened(Exception):
    """Ce code et cette date n’ouvrent aucun espace. Vérifiez-les, ou demandez un nouveau code à l’accueil."""


@dataclass(frozen=True, slots=True)
class Issued:
    """An invitation just made, with its code as printed: it is told once, here. `expires_at` is exclusive."""

    means: Means
    establishment: str
    made_at: datetime
    expires_at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Proved:
    """An invitation that still opens, and the person it is for."""

    id: UUID
    person_id: UUID


@transaction.atomic
def invite(*, viewer: Viewer, person_id: UUID, means: Means, document: str = "", at: datetime) -> Issued:
    """Make the one invitation of a person; the one before stops serving. An SMS leaves with the transaction.

    Raises:
        AccessRefused: this viewer does not keep this identity.
        NotInvited: there is a reason, told in its docstring.
    """
    establishment = keeper_of(viewer, person_id, at=at)
    traits = identity.traits(person_id)
    if traits.birth_date is None:
        raise NoBirthDate
    if access.account_of_person(person_id) is not None:
        raise HasASpace
    on = timezone.localdate(at)
    if age_on(traits.birth_date, on) < int(legal("patientspace.own_space_years", on).value):
        raise TooYoung
    if means is Means.DESK and not document.strip():
        raise NoDocumentSeen
    code = consent.new_code()
    Invitation.objects.filter(person_id=person_id, used_at=None, cancelled_at=None).update(cancelled_at=at)
    made = Invitation.objects.create(
        person_id=person_id,
        code_digest=_digest(code),
        means=means.value,
        address=_number(traits) if means is Means.SMS else "",
        document=document.strip(),
        establishment=establishment,
        made_at=at,
        made_by=viewer.account_id or UUID(int=0),
        made_by_name=viewer.name,
        expires_at=at + timedelta(days=int(legal("patientspace.invitation_days", on).value)),
    )
    if means is Means.SMS:
        _send(made, code, at)
    detail = {"means": means.value, "document": document.strip()}
    _note(audit.Action.SPACE_INVITED, made, by=viewer.actor(access.Role.ADMISSION_CLERK), at=at, detail=detail)
    return Issued(means, establishment, at, made.expires_at, consent.shown_code(code))


def keeper_of(viewer: Viewer, person_id: UUID, *, at: datetime) -> str:
    """Decide that a viewer keeps this identity, leave the event, return for which establishment.

    Raises:
        AccessRefused: no establishment of theirs knows the person.
    """
    known = {one.establishment for one in identity.local_identities(person_id)}
    places = sorted(known & viewer.establishments_as(access.Role.ADMISSION_CLERK))
    if not places:
        raise access.AccessRefused
    access.check(
        viewer,
        Kind.IDENTITY,
        Act.READ,
        relation=Relation.ESTABLISHMENT,
        target=f"identity:{person_id}",
        person_id=person_id,
        at=at,
    )
    return places[0]


def prove(*, code: str, birth_date: date, at: datetime) -> Proved:
    """Return the invitation that a code and a birth date open; a false date counts against the code.

    Raises:
        NotOpened: whatever the reason: the answer is the same for an unknown, used, expired or foreign code.
    """
    with transaction.atomic():
        found = (
            Invitation.objects.select_for_update(of=("self",))
            .live(at)
            .filter(code_digest=_digest(consent.typed_code(code)))
            .first()
        )
        if found is not None and _born_on(found.person_id) == birth_date:
            return Proved(found.pk, found.person_id)
        if found is not None:
            found.failures += 1
            found.cancelled_at = at if found.failures >= MOST_FAILURES else None
            found.save(update_fields=["failures", "cancelled_at"])
    raise NotOpened


@transaction.atomic
def use(*, invitation_id: UUID, account: access.Account, at: datetime) -> None:
    """Spend an invitation on the account it has just opened.

    Raises:
        NotOpened: it was spent, cancelled or has expired meanwhile.
    """
    found = Invitation.objects.select_for_update(of=("self",)).live(at).filter(pk=invitation_id).first()
    if found is None or found.person_id != account.person_id:
        raise NotOpened
    found.used_at, found.used_by = at, account.pk
    found.save(update_fields=["used_at", "used_by"])
    by = audit.Actor(account_id=account.pk, name=account.display_name, role=access.Role.PATIENT.value)
    _note(audit.Action.SPACE_OPENED, found, by=by, at=at, detail={"means": found.means})


def still_open(invitation_id: str, *, at: datetime) -> Proved:
    """Return an invitation that was proved a moment ago.

    Raises:
        NotOpened: it opens nothing any more.
    """
    try:
        found = Invitation.objects.live(at).filter(pk=UUID(invitation_id)).first()
    except ValueError as unreadable:
        raise NotOpened from unreadable
    if found is None:
        raise NotOpened
    return Proved(found.pk, found.person_id)


@transaction.atomic
def cancel(*, viewer: Viewer, person_id: UUID, at: datetime) -> None:
    """Make the invitation of a person open nothing any more."""
    keeper_of(viewer, person_id, at=at)
    Invitation.objects.live(at).filter(person_id=person_id).update(cancelled_at=at)


def _born_on(person_id: UUID) -> date | None:
    try:
        return identity.traits(person_id).birth_date
    except LookupError:
        return None


def _digest(code: str) -> str:
    return salted_hmac(_SALT, code, algorithm="sha256").hexdigest()


def _number(traits: identity.PersonTraits) -> str:
    try:
        return str(notify.mobile_number(traits.phone))
    except (notify.NotANumber, notify.NotMobile) as refusal:
        raise NoNumber from refusal


def _send(made: Invitation, code: str, at: datetime) -> None:
    message = notify.Outgoing(
        channel="sms",
        to=made.address,
        template="space_invitation",
        key=f"invitation:{made.pk}",
        words={"place": made.establishment, "code": consent.shown_code(code), "link": "mon-espace/invitation"},
        about=f"invitation:{made.pk}",
        expires_at=made.expires_at,
        establishment=made.establishment,
    )
    if notify.enqueue([message], at=at).refused:
        raise NoNumber


def _note(action: audit.Action, made: Invitation, *, by: audit.Actor, at: datetime, detail: dict[str, str]) -> None:
    audit.record(action, by=by, at=at, target=f"invitation:{made.pk}", person_id=made.person_id, detail=detail)
