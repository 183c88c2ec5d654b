"""The waiting list: who would come earlier, and to whom a freed place is offered."""

import uuid

from django.db import models
from django.db.models import F, Q

from passerelle.care.appointments.models.agendas import Agenda
from passerelle.care.appointments.models.bookings import Booking
from passerelle.care.appointments.models.kinds import AppointmentKind
from passerelle.care.appointments.rules.vocabulary import Answer, Standing


class WaitingEntry(models.Model):
    """Somebody who would come earlier, for a kind, at any agenda of the establishment or at one.

    With a booking, an accepted place takes the place of that booking. Served in the order of `joined_at`.
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.CharField("établissement", max_length=40)
    kind = models.ForeignKey(AppointmentKind, verbose_name="nature", on_delete=models.PROTECT, related_name="+")
    agenda = models.ForeignKey(
        Agenda, verbose_name="agenda", on_delete=models.CASCADE, null=True, blank=True, related_name="waiting"
    )
    booking = models.ForeignKey(
        Booking, verbose_name="rendez-vous à avancer", on_delete=models.PROTECT, null=True, related_name="waiting"
    )
    local_identity_id = models.UUIDField("identité locale")
    not_before = models.DateField("pas avant le")
    not_after = models.DateField("pas après le (exclu)", null=True, blank=True)
    standing = models.CharField("état", max_length=10, choices=[(one.value, one.label) for one in Standing])
    joined_at = models.DateTimeField("inscrit le")
    joined_by = models.CharField("par", max_length=200)
    changed_at = models.DateTimeField("changé le")

    class Meta:
        verbose_name = "inscription en liste d’attente"
        verbose_name_plural = "inscriptions en liste d’attente"
        constraints = [
            models.CheckConstraint(
                condition=Q(not_after=None) | Q(not_after__gt=F("not_before")), name="waiting_period"
            ),
            models.UniqueConstraint(
                fields=["establishment", "kind", "local_identity_id"],
                condition=Q(standing__in=[Standing.WAITING.value, Standing.OFFERED.value]),
                name="waiting_once",
            ),
        ]
        indexes = [
            models.Index(fields=["establishment", "kind", "joined_at"], name="waiting_order"),
            models.Index(fields=["local_identity_id"], name="waiting_of_file"),
        ]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.joined_at}"


class Offer(models.Model):
    """A freed place, kept for one person until `expires_at`; the place is the booking in state held."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(WaitingEntry, verbose_name="inscription", on_delete=models.CASCADE, related_name="offers")
    hold = models.OneToOneField(Booking, verbose_name="place gardée", on_delete=models.PROTECT, related_name="offer")
    offered_at = models.DateTimeField("proposée le")
    expires_at = models.DateTimeField("valable jusqu’à")
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    answer = models.CharField("réponse", max_length=10, choices=[(one.value, one.label) for one in Answer])

    class Meta:
        verbose_name = "place proposée"
        verbose_name_plural = "places proposées"
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(answer=Answer.NONE.value), name="offer_one_open_for_an_entry"
            )
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(answer="none"), name="offer_open")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.expires_at}"


CLASSIFICATION = {
    "WaitingEntry": {
        "id": "neutral",
        "establishment": "neutral",
        "kind": "health",
        "agenda": "health",
        "booking": "health",
        "local_identity_id": "identifying",
        "not_before": "neutral",
        "not_after": "neutral",
        "standing": "neutral",
        "joined_at": "neutral",
        "joined_by": "identifying",
        "changed_at": "neutral",
    },
    "Offer": {
        "id": "neutral",
        "entry": "neutral",
        "hold": "neutral",
        "offered_at": "neutral",
        "expires_at": "neutral",
        "answered_at": "neutral",
        "answer": "neutral",
    },
}
