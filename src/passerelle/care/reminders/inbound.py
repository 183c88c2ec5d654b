"""Keep what messages say of the consent to SMS (ZFD-3). Source: IHE PAM France 2.11, ZFD-3 « SMS Consent »."""

from datetime import datetime

from passerelle.care.exchange.api import Inbound
from passerelle.care.identity import api as identity
from passerelle.care.reminders.models import SmsConsent
from passerelle.protocols import pamfr

_TOLD = {"Y": True, "N": False}


def note_consent(inbound: Inbound) -> None:
    """Keep the consent that an administrative message tells; an empty field tells nothing, an older message neither."""
    event = inbound.event
    if not isinstance(event, pamfr.AdtEvent) or event.identity_check is None:
        return
    accepts = _TOLD.get(inbound.message.get("ZFD-3"))
    if accepts is None:
        return
    patient = inbound.findings.get(identity.ResolvedPatient)
    patient = patient or identity.locate_patient(event.patient, establishment=inbound.establishment)
    if patient is None:
        return
    keep_consent(patient.reference, accepts=accepts, told_at=event.recorded_at)


def keep_consent(reference: identity.LocalIdentityRef, *, accepts: bool, told_at: datetime) -> None:
    """Keep what a hospital says of one of its files; the latest word stands."""
    _, is_new = SmsConsent.objects.get_or_create(
        local_identity_id=reference.id, defaults={"accepts": accepts, "told_at": told_at}
    )
    if not is_new:
        SmsConsent.objects.filter(local_identity_id=reference.id, told_at__lte=told_at).update(
            accepts=accepts, told_at=told_at
        )
