import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    """Where a message stands; the first two are the ordinary life."""

    RECEIVED = "received", "reçu, à appliquer"
    APPLIED = "applied", "appliqué"
    PARKED = "parked", "en attente d’une décision"
    SET_ASIDE = "set_aside", "écarté"
    CONFLICT = "conflict", "identifiant en conflit"
    REFUSED = "refused", "refusé"


class Message(models.Model):
    """A message byte for byte, and what became of it. Rows are written by SQL, as `seq` is an identity column."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    seq = models.BigIntegerField("rang d’arrivée", unique=True, editable=False)
    received_at = models.DateTimeField("reçu le")
    peer = models.CharField("adresse de l’émetteur", max_length=100)
    raw = models.BinaryField("octets reçus")
    sha256 = models.BinaryField("empreinte", max_length=32)
    control_id = models.CharField("identifiant de contrôle (MSH-10)", max_length=200, blank=True)
    sending_application = models.CharField("application émettrice (MSH-3)", max_length=300, blank=True)
    sending_facility = models.CharField("établissement émetteur (MSH-4)", max_length=300, blank=True)
    code = models.CharField("type de message", max_length=20, blank=True)
    trigger = models.CharField("événement", max_length=20, blank=True)
    establishment = models.CharField("établissement", max_length=60, blank=True)
    accepted = models.BooleanField("accepté à la réception")
    state = models.CharField("état", max_length=10, choices=State.choices)
    keys = ArrayField(models.TextField(), verbose_name="identifiants portés")
    lane = models.BigIntegerField("file du patient", null=True, blank=True)
    held = models.BooleanField("retenu derrière un message en attente", default=False)
    ack_code = models.CharField("code d’acquittement", max_length=2)
    ack = models.BinaryField("acquittement rendu")
    attempts = models.PositiveSmallIntegerField("tentatives", default=0)
    begun = models.PositiveSmallIntegerField("fois commencé en reprise", db_default=0)
    next_attempt_at = models.DateTimeField("prochaine tentative", null=True, blank=True)
    applied_at = models.DateTimeField("appliqué le", null=True, blank=True)
    error_where = models.CharField("endroit de l’erreur", max_length=200, blank=True)
    error_why = models.TextField("raison de l’erreur", blank=True)
    charset_fallback = models.BooleanField("jeu de caractères deviné", default=False)

    class Meta:
        verbose_name = "message"
        constraints = [
            models.UniqueConstraint(
                fields=["control_id", "sending_application", "sending_facility"],
                condition=Q(accepted=True),
                name="exchange_control_id_once",
            ),
            models.UniqueConstraint(
                fields=["sha256", "state", "error_where"],
                condition=Q(accepted=False),
                name="exchange_refusal_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted=True, state__in=["received", "applied", "parked", "set_aside"])
                | Q(accepted=False, state__in=["conflict", "refused"]),
                name="exchange_state_follows_acceptance",
            ),
        ]
        indexes = [
            models.Index(
                fields=["seq"], condition=Q(state="received", lane__isnull=True), name="exchange_message_unrouted"
            ),
            models.Index(
                fields=["seq"],
                condition=Q(state="received", held=False, lane__isnull=False),
                name="exchange_message_ready",
            ),
            models.Index(
                fields=["lane", "seq"], condition=Q(state__in=["received", "parked"]), name="exchange_message_waiting"
            ),
            models.Index(fields=["state", "seq"], condition=~Q(state__in=["applied"]), name="exchange_message_unusual"),
            models.Index(fields=["lane", "seq"], name="exchange_message_lane"),
            BrinIndex(fields=["received_at"], name="exchange_message_period"),
        ]

    def __str__(self) -> str:
        return f"{self.code}^{self.trigger} {self.control_id}"


class LaneKey(models.Model):
    """One identifier of a patient and the lane that all his messages follow."""

    key = models.CharField("identifiant avec son autorité", primary_key=True, max_length=300)
    value = models.CharField("identifiant", max_length=200)
    lane = models.BigIntegerField("file du patient", db_index=True)

    class Meta:
        verbose_name = "identifiant d’une file"
        indexes = [models.Index(fields=["value"], name="exchange_lane_value", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return self.key


class StepKind(models.TextChoices):
    """What happened to a message outside the ordinary life."""

    DELAYED = "delayed", "nouvelle tentative prévue"
    PARKED = "parked", "mis en attente"
    REPLAYED = "replayed", "relancé"
    SET_ASIDE = "set_aside", "écarté"


class Step(models.Model):
    """A turn in the life of a message that received → applied does not tell."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="steps", verbose_name="message")
    at = models.DateTimeField("quand")
    kind = models.CharField("quoi", max_length=10, choices=StepKind.choices)
    actor_name = models.CharField("par", max_length=200, blank=True)
    note = models.TextField("précision", blank=True)

    class Meta:
        verbose_name = "étape"

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


CLASSIFICATION: dict[str, dict[str, str]] = {
    "Message": {
        "id": "neutral",
        "seq": "neutral",
        "received_at": "neutral",
        "peer": "neutral",
        "raw": "health",
        "sha256": "neutral",
        "control_id": "neutral",
        "sending_application": "neutral",
        "sending_facility": "neutral",
        "code": "neutral",
        "trigger": "neutral",
        "establishment": "neutral",
        "accepted": "neutral",
        "state": "neutral",
        "keys": "identifying",
        "lane": "identifying",
        "held": "neutral",
        "ack_code": "neutral",
        "ack": "neutral",
        "attempts": "neutral",
        "begun": "neutral",
        "next_attempt_at": "neutral",
        "applied_at": "neutral",
        "error_where": "neutral",
        "error_why": "identifying",
        "charset_fallback": "neutral",
    },
    "LaneKey": {"key": "identifying", "value": "identifying", "lane": "identifying"},
    "Step": {
        "id": "neutral",
        "message": "neutral",
        "at": "neutral",
        "kind": "neutral",
        "actor_name": "identifying",
        "note": "identifying",
    },
}
