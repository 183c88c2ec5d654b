"""Agendas: who or what is open for appointments, when, and when not."""

import uuid
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from passerelle.care.appointments.models.kinds import AppointmentKind


class Agenda(models.Model):
    """Who or what gives appointments, at a place of an establishment; `seats` people at most at the same time.

    `id` is that of its FHIR Schedule. `resource_codes` are the codes by which messages name it (AIP, AIL, AIG).
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.CharField("établissement", max_length=40)
    site = models.CharField("site", max_length=60)
    unit = models.CharField("unité", max_length=40, blank=True, default="")
    name = models.CharField("nom de l’agenda", max_length=120)
    practitioner = models.CharField("professionnel", max_length=120, blank=True, default="")
    rpps = models.CharField("RPPS", max_length=20, blank=True, default="")
    place = models.CharField("lieu d’accueil (bâtiment, étage, salle)", max_length=160, blank=True, default="")
    seats = models.PositiveSmallIntegerField("personnes reçues en même temps", default=1)
    resource_codes = models.JSONField("codes dans les messages", default=list, blank=True)
    is_active = models.BooleanField("ouvert à la réservation", default=True)
    created_at = models.DateTimeField("créé le")

    class Meta:
        verbose_name = "agenda"
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1, seats__lte=50), name="agenda_seats"),
            models.UniqueConstraint(fields=["establishment", "name"], name="agenda_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.establishment} {self.name}"


class Opening(models.Model):
    """A rule: each such weekday, from `starts` to `ends` (excluded), in Paris time, a slot every `step_minutes`.

    In force from `valid_from` to `valid_until` (excluded, empty: no end). Without kinds it is open to all kinds.
    """

    agenda = models.ForeignKey(Agenda, verbose_name="agenda", on_delete=models.CASCADE, related_name="openings")
    weekday = models.PositiveSmallIntegerField("jour de la semaine")
    starts = models.TimeField("de")
    ends = models.TimeField("à (exclu)")
    step_minutes = models.PositiveSmallIntegerField("un créneau toutes les (minutes)")
    capacity = models.PositiveSmallIntegerField("personnes par créneau", default=1)
    valid_from = models.DateField("à partir du")
    valid_until = models.DateField("jusqu’au (exclu)", null=True, blank=True)
    kinds = models.ManyToManyField(AppointmentKind, verbose_name="natures", blank=True, related_name="+")

    class Meta:
        verbose_name = "plage d’ouverture"
        verbose_name_plural = "plages d’ouverture"
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="opening_weekday"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="opening_hours"),
            models.CheckConstraint(condition=Q(step_minutes__gte=5, step_minutes__lte=600), name="opening_step"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="opening_capacity"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="opening_validity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agenda_id} {self.weekday} {self.starts}"


class ExtraOpening(models.Model):
    """An opening more, on one day."""

    agenda = models.ForeignKey(Agenda, verbose_name="agenda", on_delete=models.CASCADE, related_name="extras")
    day = models.DateField("jour")
    starts = models.TimeField("de")
    ends = models.TimeField("à (exclu)")
    step_minutes = models.PositiveSmallIntegerField("un créneau toutes les (minutes)")
    capacity = models.PositiveSmallIntegerField("personnes par créneau", default=1)
    kinds = models.ManyToManyField(AppointmentKind, verbose_name="natures", blank=True, related_name="+")

    class Meta:
        verbose_name = "ouverture exceptionnelle"
        verbose_name_plural = "ouvertures exceptionnelles"
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="extra_opening_hours"),
            models.CheckConstraint(condition=Q(step_minutes__gte=5, step_minutes__lte=600), name="extra_opening_step"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="extra_opening_capacity"),
        ]

    def __str__(self) -> str:
        return f"{self.agenda_id} {self.day}"


class ClosureQuerySet(models.QuerySet[Any]):
    """Filters of closures."""

    def over(self, start: datetime, end: datetime) -> Self:
        """Keep those that touch `[start, end)`."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class Closure(models.Model):
    """No appointment from `starts_at` to `ends_at` (excluded): of one agenda, or of a whole establishment."""

    establishment = models.CharField("établissement", max_length=40)
    agenda = models.ForeignKey(
        Agenda, verbose_name="agenda", on_delete=models.CASCADE, null=True, blank=True, related_name="closures"
    )
    starts_at = models.DateTimeField("du")
    ends_at = models.DateTimeField("au (exclu)")
    reason = models.CharField("raison, pour les équipes", max_length=200)
    made_at = models.DateTimeField("notée le")
    made_by = models.CharField("par", max_length=200)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = "fermeture"
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="closure_period")]
        indexes = [models.Index(fields=["establishment", "ends_at"], name="closure_of_establishment")]

    def __str__(self) -> str:
        return f"{self.establishment} {self.starts_at}"


CLASSIFICATION = {
    "Agenda": {
        "id": "neutral",
        "establishment": "neutral",
        "site": "neutral",
        "unit": "neutral",
        "name": "neutral",
        "practitioner": "identifying",
        "rpps": "identifying",
        "place": "neutral",
        "seats": "neutral",
        "resource_codes": "neutral",
        "is_active": "neutral",
        "created_at": "neutral",
    },
    "Opening": {
        "id": "neutral",
        "agenda": "neutral",
        "weekday": "neutral",
        "starts": "neutral",
        "ends": "neutral",
        "step_minutes": "neutral",
        "capacity": "neutral",
        "valid_from": "neutral",
        "valid_until": "neutral",
        "kinds": "neutral",
    },
    "ExtraOpening": {
        "id": "neutral",
        "agenda": "neutral",
        "day": "neutral",
        "starts": "neutral",
        "ends": "neutral",
        "step_minutes": "neutral",
        "capacity": "neutral",
        "kinds": "neutral",
    },
    "Closure": {
        "id": "neutral",
        "establishment": "neutral",
        "agenda": "neutral",
        "starts_at": "neutral",
        "ends_at": "neutral",
        "reason": "neutral",
        "made_at": "neutral",
        "made_by": "identifying",
    },
}
