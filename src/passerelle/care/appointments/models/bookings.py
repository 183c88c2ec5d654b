"""Bookings: who comes when. Two of one seat at one time are impossible in the database."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from passerelle.care.appointments.models.agendas import Agenda
from passerelle.care.appointments.models.kinds import AppointmentKind
from passerelle.care.appointments.rules.vocabulary import EXPECTED_VALUES, TAKING_VALUES, State, Via, What


class TsTzRange(Func):
    """The period between two moments."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class BookingQuerySet(models.QuerySet[Any]):
    """Filters of bookings."""

    def expected(self) -> Self:
        """Keep those at which somebody is awaited."""
        return self.filter(state__in=EXPECTED_VALUES)

    def taking(self) -> Self:
        """Keep those that take a place."""
        return self.filter(state__in=TAKING_VALUES)

    def over(self, start: datetime, end: datetime) -> Self:
        """Keep those that touch `[start, end)`."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)

    def of(self, *local_identity_ids: UUID) -> Self:
        """Keep those of these files."""
        return self.filter(local_identity_id__in=local_identity_ids)


class Booking(models.Model):
    """An appointment; `id` is that of its FHIR Appointment, drawn from its establishment and number.

    `seat` counts from 1; what an application of the hospital books beyond the capacity takes a seat more. An
    appointment that no agenda of ours holds has none. `is_external`: another application gave it and keeps it.
    """

    id = models.UUIDField("identifiant", primary_key=True, editable=False)
    number = models.CharField("numéro", max_length=80)
    establishment = models.CharField("établissement", max_length=40)
    site = models.CharField("site", max_length=60, blank=True, default="")
    agenda = models.ForeignKey(
        Agenda, verbose_name="agenda", on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    kind = models.ForeignKey(
        AppointmentKind, verbose_name="nature", on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    seat = models.PositiveSmallIntegerField("place", default=1)
    local_identity_id = models.UUIDField("identité locale")
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin (exclue)")
    state = models.CharField("état", max_length=12, choices=[(one.value, one.label) for one in State])
    via = models.CharField("pris par", max_length=16, choices=[(one.value, one.label) for one in Via])
    is_external = models.BooleanField("tenu par une application de l’établissement", default=False)
    place = models.CharField("lieu dit par l’application", max_length=160, blank=True, default="")
    practitioner = models.CharField("professionnel dit par l’application", max_length=120, blank=True, default="")
    note = models.CharField("note pour l’équipe", max_length=500, blank=True, default="")
    request_key = models.CharField("clé de la demande", max_length=64, blank=True, default="")
    held_until = models.DateTimeField("place gardée jusqu’à", null=True, blank=True)
    made_at = models.DateTimeField("pris le")
    changed_at = models.DateTimeField("changé le")
    version = models.PositiveIntegerField("version", default=1)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        constraints = [
            ExclusionConstraint(
                name="booking_one_at_a_time",
                expressions=[
                    ("agenda", RangeOperators.EQUAL),
                    ("seat", RangeOperators.EQUAL),
                    (TsTzRange(F("starts_at"), F("ends_at"), RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=TAKING_VALUES),
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_period"),
            models.UniqueConstraint(fields=["establishment", "number"], name="booking_number_once"),
            models.UniqueConstraint(fields=["request_key"], condition=~Q(request_key=""), name="booking_asked_once"),
        ]
        indexes = [
            models.Index(fields=["local_identity_id", "starts_at"], name="booking_of_file"),
            models.Index(fields=["establishment", "starts_at"], name="booking_of_establishment"),
            models.Index(fields=["starts_at"], name="booking_moment"),
            models.Index(fields=["held_until"], condition=Q(state="held"), name="booking_held"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.starts_at}"


class BookingChange(models.Model):
    """A line of the history of an appointment: only added."""

    booking = models.ForeignKey(Booking, verbose_name="rendez-vous", on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField("le")
    what = models.CharField("quoi", max_length=12, choices=[(one.value, one.label) for one in What])
    via = models.CharField("par quelle porte", max_length=16, choices=[(one.value, one.label) for one in Via])
    by_account = models.UUIDField("compte", null=True)
    by_name = models.CharField("par", max_length=200)
    by_role = models.CharField("rôle", max_length=40, blank=True, default="")
    from_starts_at = models.DateTimeField("était le", null=True)
    to_starts_at = models.DateTimeField("est le", null=True)
    reason = models.CharField("raison", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "changement de rendez-vous"
        verbose_name_plural = "changements de rendez-vous"
        indexes = [models.Index(fields=["booking", "at"], name="booking_change_of")]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.what} {self.at}"


CLASSIFICATION = {
    "Booking": {
        "id": "neutral",
        "number": "identifying",
        "establishment": "neutral",
        "site": "neutral",
        "agenda": "health",
        "kind": "health",
        "seat": "neutral",
        "local_identity_id": "identifying",
        "starts_at": "health",
        "ends_at": "health",
        "state": "health",
        "via": "neutral",
        "is_external": "neutral",
        "place": "health",
        "practitioner": "identifying",
        "note": "health",
        "request_key": "neutral",
        "held_until": "neutral",
        "made_at": "neutral",
        "changed_at": "neutral",
        "version": "neutral",
    },
    "BookingChange": {
        "id": "neutral",
        "booking": "neutral",
        "at": "neutral",
        "what": "health",
        "via": "neutral",
        "by_account": "identifying",
        "by_name": "identifying",
        "by_role": "neutral",
        "from_starts_at": "health",
        "to_starts_at": "health",
        "reason": "health",
    },
}
