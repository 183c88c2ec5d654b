"""How each person may be reached: their choices, what hospitals say, STOP, secrets. A few queries for many people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from passerelle.care.appointments.api import AppointmentRow
from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.reminders.models import ReachChoice, SmsConsent
from passerelle.care.reminders.rules.choosing import Reach
from passerelle.core.notify import api as notify

#: Why nothing leaves for a protected identity: pages then name nobody either.
PROTECTED: Final = "identité protégée"
_NO_PERSON = Reach(silence="plus personne ne porte ce dossier")


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read for a slice of appointments."""

    choices: dict[UUID, ReachChoice]
    said: dict[UUID, bool]
    restrictions: dict[UUID, consent.Restrictions]
    traits: dict[UUID, identity.PersonTraits]
    stopped: set[str]


def reach_of(rows: Sequence[AppointmentRow], *, at: datetime) -> dict[UUID, Reach]:
    """Return how the person of each appointment may be reached, by appointment. Six queries whatever their number."""
    people = {row.person_id for row in rows if row.person_id is not None}
    known = _Known(
        choices={one.person_id: one for one in ReachChoice.objects.filter(person_id__in=people)},
        said=dict(
            SmsConsent.objects.filter(local_identity_id__in={row.local_identity_id for row in rows}).values_list(
                "local_identity_id", "accepts"
            )
        ),
        restrictions=consent.restrictions_of(list(people), at=at) if people else {},
        traits=identity.traits_of_many(list(people)),
        stopped=notify.stopped_among([one for row in rows for one in (row.phone, row.email) if one]),
    )
    return {row.id: _reach(row, known) for row in rows}


def _reach(row: AppointmentRow, known: _Known) -> Reach:
    if row.person_id is None:
        return _NO_PERSON
    silence = _silence(row, row.person_id, known)
    if silence:
        return Reach(silence=silence)
    choice = known.choices.get(row.person_id)
    why_not_sms = _why_not_sms(row, choice, known)
    why_not_email = _why_not_email(row, choice, known)
    found = known.traits.get(row.person_id)
    has_address = bool(found and found.address.get("city") and found.address.get("postal_code"))
    return Reach(
        sms="" if why_not_sms else row.phone,
        email="" if why_not_email else row.email,
        has_address=has_address,
        why_not_sms=why_not_sms,
        why_not_email=why_not_email,
        why_not_letter="" if has_address else "adresse postale inconnue",
    )


def _silence(row: AppointmentRow, person_id: UUID, known: _Known) -> str:
    """Say why nothing at all may leave: a letter or a number of the family would tell a secret."""
    found = known.restrictions.get(person_id)
    if found is not None and row.id in found.secret_items:
        return "rendez-vous tenu secret à la demande du patient"
    if found is not None and found.is_protected:
        return PROTECTED
    traits = known.traits.get(person_id)
    return "patient décédé" if traits is not None and traits.deceased_at is not None else ""


def _why_not_sms(row: AppointmentRow, choice: ReachChoice | None, known: _Known) -> str:
    accepts = choice.sms if choice is not None and choice.sms is not None else known.said.get(row.local_identity_id)
    if not accepts:
        return "n’a pas accepté les SMS" if accepts is None else "refuse les SMS"
    if not row.phone:
        return "numéro inconnu"
    if row.phone in known.stopped:
        return "a dit STOP aux SMS"
    try:
        notify.mobile_number(row.phone)
    except (notify.NotANumber, notify.NotMobile):
        return "numéro qui ne reçoit pas de SMS"
    return ""


def _why_not_email(row: AppointmentRow, choice: ReachChoice | None, known: _Known) -> str:
    if choice is not None and choice.email is False:
        return "refuse les courriels"
    if not row.email:
        return "adresse de courriel inconnue"
    return "ne veut plus de courriel" if row.email in known.stopped else ""
