"""The tables of reminders."""

import uuid

from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    """Where a reminder stands. Live: the first three."""

    PLANNED = "planned", "prévu"
    QUEUED = "queued", "confié à l’envoi"
    TO_PRINT = "to_print", "courrier à imprimer"
    REACHED = "reached", "parti"
    POSTED = "posted", "courrier posté"
    FAILED = "failed", "non remis"
    WITHHELD = "withheld", "non envoyé"
    CANCELLED = "cancelled", "annulé avec le rendez-vous"


LIVE = (State.PLANNED, State.QUEUED, State.TO_PRINT)


class Reminder(models.Model):
    """One reminder of one appointment at one moment. `id` is drawn from the appointment, its moment and the step."""

    id = models.UUIDField("identifiant", primary_key=True, editable=False)
    appointment_id = models.UUIDField("rendez-vous")
    local_identity_id = models.UUIDField("identité locale")
    establishment = models.CharField("établissement", max_length=60)
    rule = models.CharField("règle", max_length=60)
    rule_version = models.PositiveIntegerField("version de la règle")
    step = models.CharField("rappel de la règle", max_length=20)
    starts_at = models.DateTimeField("rendez-vous le")
    send_at = models.DateTimeField("à envoyer le")
    channel = models.CharField("canal", max_length=6, blank=True, default="")
    tried = models.JSONField("canaux essayés en vain", default=list)
    state = models.CharField("état", max_length=9, choices=State.choices)
    reason = models.CharField("explication", max_length=300, blank=True, default="")
    planned_at = models.DateTimeField("prévu le")
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)
    batch = models.ForeignKey(
        "reminders.LetterBatch",
        verbose_name="lot de courriers",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reminders",
    )

    class Meta:
        verbose_name = "rappel"
        indexes = [
            models.Index(fields=["appointment_id", "send_at"], name="reminder_of_appointment"),
            models.Index(fields=["send_at", "id"], condition=Q(state__in=["planned", "queued"]), name="reminder_live"),
            models.Index(fields=["establishment", "send_at"], condition=Q(state="to_print"), name="reminder_to_print"),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def key(self) -> str:
        """Return the key of its message: one by channel."""
        return f"reminder:{self.pk}:{self.channel}"


class LetterBatch(models.Model):
    """Letters printed together; posted when somebody says so."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.CharField("établissement", max_length=60)
    count = models.PositiveIntegerField("courriers")
    made_at = models.DateTimeField("préparé le")
    made_by = models.CharField("préparé par", max_length=200)
    posted_at = models.DateTimeField("posté le", null=True, blank=True)
    posted_by = models.CharField("posté par", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "lot de courriers"
        indexes = [models.Index(fields=["establishment", "-made_at"], name="reminder_batch_listed")]

    def __str__(self) -> str:
        return f"{self.establishment} {self.made_at:%Y-%m-%d %H:%M}"


class SmsConsent(models.Model):
    """Whether a hospital says that its patient accepts SMS (ZFD-3); absent is no."""

    local_identity_id = models.UUIDField("identité locale", primary_key=True)
    accepts = models.BooleanField("accepte les SMS")
    told_at = models.DateTimeField("dit le")

    class Meta:
        verbose_name = "accord pour les SMS, dit par l’établissement"

    def __str__(self) -> str:
        return f"{self.local_identity_id} {self.accepts}"


class ReachChoice(models.Model):
    """What a person chose for their reminders; it stands against what hospitals say. Null: nothing was chosen."""

    person_id = models.UUIDField("personne", primary_key=True)
    sms = models.BooleanField("par SMS", null=True)
    email = models.BooleanField("par courriel", null=True)
    at = models.DateTimeField("choisi le")
    by_name = models.CharField("par", max_length=200)
    door = models.CharField("par quelle porte", max_length=20)

    class Meta:
        verbose_name = "choix pour les rappels"

    def __str__(self) -> str:
        return f"{self.person_id}"


class Link(models.Model):
    """The address that a reminder gives; only its fingerprint is kept. Wrong birth dates close it for a while."""

    digest = models.CharField("empreinte", primary_key=True, max_length=64)
    appointment_id = models.UUIDField("rendez-vous", unique=True)
    made_at = models.DateTimeField("fait le")
    ends_at = models.DateTimeField("sert jusqu’à")
    failures = models.PositiveSmallIntegerField("dates fausses", default=0)
    closed_until = models.DateTimeField("fermé jusqu’à", null=True, blank=True)
    opened_at = models.DateTimeField("ouvert la première fois le", null=True, blank=True)

    class Meta:
        verbose_name = "lien d’un rappel"

    def __str__(self) -> str:
        return f"{self.appointment_id}"


class Outcome(models.Model):
    """Whether somebody came to an appointment, and whether a reminder had left: what the shares are counted from."""

    appointment_id = models.UUIDField("rendez-vous", primary_key=True)
    establishment = models.CharField("établissement", max_length=60)
    month = models.DateField("mois")
    was_missed = models.BooleanField("manqué")
    was_reminded = models.BooleanField("rappelé")
    noted_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "issue d’un rendez-vous"
        indexes = [models.Index(fields=["establishment", "month"], name="reminder_outcome_month")]

    def __str__(self) -> str:
        return f"{self.establishment} {self.month:%Y-%m}"


class Beginning(models.Model):
    """Since when an establishment sends reminders: what before and after are counted from."""

    establishment = models.CharField("établissement", primary_key=True, max_length=60)
    since = models.DateField("depuis le")
    by_name = models.CharField("par", max_length=200)

    class Meta:
        verbose_name = "début des rappels"

    def __str__(self) -> str:
        return f"{self.establishment} {self.since}"


CLASSIFICATION: dict[str, dict[str, str]] = {
    "Reminder": {
        "id": "neutral",
        "appointment_id": "neutral",
        "local_identity_id": "identifying",
        "establishment": "neutral",
        "rule": "health",
        "rule_version": "neutral",
        "step": "neutral",
        "starts_at": "health",
        "send_at": "neutral",
        "channel": "neutral",
        "tried": "neutral",
        "state": "neutral",
        "reason": "neutral",
        "planned_at": "neutral",
        "settled_at": "neutral",
        "batch": "neutral",
    },
    "LetterBatch": {
        "id": "neutral",
        "establishment": "neutral",
        "count": "neutral",
        "made_at": "neutral",
        "made_by": "identifying",
        "posted_at": "neutral",
        "posted_by": "identifying",
    },
    "SmsConsent": {"local_identity_id": "identifying", "accepts": "neutral", "told_at": "neutral"},
    "ReachChoice": {
        "person_id": "identifying",
        "sms": "neutral",
        "email": "neutral",
        "at": "neutral",
        "by_name": "identifying",
        "door": "neutral",
    },
    "Link": {
        "digest": "neutral",
        "appointment_id": "neutral",
        "made_at": "neutral",
        "ends_at": "neutral",
        "failures": "neutral",
        "closed_until": "neutral",
        "opened_at": "neutral",
    },
    "Outcome": {
        "appointment_id": "neutral",
        "establishment": "neutral",
        "month": "neutral",
        "was_missed": "health",
        "was_reminded": "neutral",
        "noted_at": "neutral",
    },
    "Beginning": {"establishment": "neutral", "since": "neutral", "by_name": "identifying"},
}
