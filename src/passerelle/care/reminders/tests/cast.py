"""Patients with an appointment in a week, and the hours at which their reminders leave. All invented."""

from datetime import timedelta

from passerelle.care.appointments.tests.cast import (
    NOW,
    PARIS,
    TUESDAY,
    a_kind,
    a_patient,
    an_open_agenda,
    at,
    books,
    lay_the_ground,
)
from passerelle.care.identity.models import LocalIdentity
from passerelle.care.reminders.models import Reminder, SmsConsent

__all__ = ["NOW", "PARIS", "TUESDAY", "at", "books", "day_before", "patient", "reminders", "scene"]

ADDRESS = {"street": "3 RUE DES ROSES", "city": "MARSEILLE", "postal_code": "13005"}


def scene(**agenda):
    """Lay the ground: an establishment, a kind, an agenda open on Tuesdays."""
    lay_the_ground()
    a_kind()
    return an_open_agenda(**agenda)


def patient(*, sms=True, phone="0639980012", email="", address=ADDRESS, **told):
    """Return the file of a patient; `sms` is what the hospital says, None when it says nothing."""
    file, _ = a_patient(phone=phone, **told)
    LocalIdentity.objects.filter(pk=file).update(email=email, address=address)
    if sms is not None:
        SmsConsent.objects.create(local_identity_id=file, accepts=sms, told_at=NOW)
    return file


def day_before(days, hours, minutes=0):
    """Return an hour of the day so many days before the appointment."""
    return at(TUESDAY - timedelta(days=days), hours, minutes)


def reminders(**wanted):
    return list(Reminder.objects.filter(**wanted).order_by("send_at", "pk"))
