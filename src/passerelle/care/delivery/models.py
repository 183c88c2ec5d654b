from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    """Where an item stands. Pending: the first three; the order of its patient is kept behind them."""

    WAITING = "waiting", "à envoyer"
    SENDING = "sending", "en cours d’envoi"
    AMBIGUOUS = "ambiguous", "peut-être arrivé, à décider"
    DELIVERED = "delivered", "délivré"
    FAILED = "failed", "refusé par le destinataire"
    CANCELLED = "cancelled", "annulé"


PENDING = (State.WAITING, State.SENDING, State.AMBIGUOUS)


class Item(models.Model):
    """Something to send to one destination, byte for byte. Its number is its place in the queue."""

    destination = models.CharField("destinataire", max_length=60)
    cause = models.CharField("cause", max_length=300)
    keys = ArrayField(models.TextField(), verbose_name="identifiants du patient")
    code = models.CharField("type", max_length=20)
    trigger = models.CharField("événement", max_length=20, blank=True)
    control_id = models.CharField("identifiant de contrôle (MSH-10)", max_length=200, blank=True)
    establishment = models.CharField("établissement", max_length=60, blank=True)
    recipient = models.CharField("adresse du correspondant", max_length=254, blank=True)
    payload = models.BinaryField("octets à envoyer")
    created_at = models.DateTimeField("mis en file le")
    state = models.CharField("état", max_length=10, choices=State.choices)
    attempts = models.PositiveIntegerField("essais", db_default=0)
    due_at = models.DateTimeField("prochain essai", null=True, blank=True)
    token = models.BigIntegerField("jeton de l’expéditeur", db_default=0)
    begun_at = models.DateTimeField("dernier essai commencé le", null=True, blank=True)
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)
    erased_at = models.DateTimeField("octets effacés le", null=True, blank=True)
    answer_code = models.CharField("code de réponse", max_length=20, blank=True, db_default="")
    reason = models.TextField("dernière explication", blank=True, db_default="")

    class Meta:
        verbose_name = "envoi"
        constraints = [
            models.UniqueConstraint(fields=["destination", "cause"], name="delivery_once_per_cause"),
        ]
        indexes = [
            models.Index(
                fields=["destination", "id"],
                condition=Q(state__in=["waiting", "sending", "ambiguous"]),
                name="delivery_item_pending",
            ),
            models.Index(fields=["destination", "state", "id"], name="delivery_item_listed"),
            models.Index(fields=["control_id"], name="delivery_item_control"),
            models.Index(fields=["begun_at"], condition=Q(state="ambiguous"), name="delivery_item_doubtful"),
        ]

    def __str__(self) -> str:
        return f"{self.destination} {self.pk}"


class StepKind(models.TextChoices):
    """What happened to an item."""

    DELIVERED = "delivered", "délivré"
    REFUSED = "refused", "refusé par le destinataire"
    LATER = "later", "remis à plus tard par le destinataire"
    NOT_SENT = "not_sent", "destinataire injoignable"
    UNANSWERED = "unanswered", "envoyé, sans réponse"
    INTERRUPTED = "interrupted", "envoi interrompu net"
    RESENT = "resent", "envoyé de nouveau sur décision"
    ASSUMED = "assumed", "considéré délivré sur décision"
    RETRIED = "retried", "relancé"
    CANCELLED = "cancelled", "annulé"
    READ = "read", "lu par le destinataire"
    NOT_READ = "not_read", "non intégré par le destinataire"
    HANDED = "handed", "remis au-delà du destinataire"
    TURNED_DOWN = "turned_down", "refusé au-delà du destinataire"


class Step(models.Model):
    """One try with its answer, or one decision of a person."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="steps", verbose_name="envoi")
    at = models.DateTimeField("quand")
    kind = models.CharField("quoi", max_length=12, choices=StepKind.choices)
    actor_name = models.CharField("par", max_length=200, blank=True, db_default="")
    note = models.TextField("précision", blank=True, db_default="")
    answer = models.BinaryField("réponse", blank=True, default=b"")

    class Meta:
        verbose_name = "étape d’un envoi"

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Line(models.Model):
    """How a destination fares: its circuit breaker, who sends to it (fencing token), whether it is paused."""

    destination = models.CharField("destinataire", primary_key=True, max_length=60)
    token = models.BigIntegerField("jeton de l’expéditeur", db_default=0)
    circuit = models.CharField("disjoncteur", max_length=10, db_default="closed")
    failures = models.PositiveIntegerField("échecs de suite", db_default=0)
    retry_at = models.DateTimeField("prochain essai", null=True, blank=True)
    paused_at = models.DateTimeField("suspendu le", null=True, blank=True)
    paused_by = models.CharField("suspendu par", max_length=200, blank=True, db_default="")
    paused_reason = models.CharField("motif de la suspension", max_length=300, blank=True, db_default="")
    last_success_at = models.DateTimeField("dernier succès", null=True, blank=True)
    last_error_at = models.DateTimeField("dernière erreur", null=True, blank=True)
    last_error = models.TextField("dernière erreur, en clair", blank=True, db_default="")

    class Meta:
        verbose_name = "ligne vers un destinataire"

    def __str__(self) -> str:
        return self.destination


CLASSIFICATION: dict[str, dict[str, str]] = {
    "Item": {
        "id": "neutral",
        "destination": "neutral",
        "cause": "identifying",
        "keys": "identifying",
        "code": "neutral",
        "trigger": "neutral",
        "control_id": "neutral",
        "establishment": "neutral",
        "recipient": "identifying",
        "payload": "health",
        "created_at": "neutral",
        "state": "neutral",
        "attempts": "neutral",
        "due_at": "neutral",
        "token": "neutral",
        "begun_at": "neutral",
        "settled_at": "neutral",
        "erased_at": "neutral",
        "answer_code": "neutral",
        "reason": "identifying",
    },
    "Step": {
        "id": "neutral",
        "item": "neutral",
        "at": "neutral",
        "kind": "neutral",
        "actor_name": "identifying",
        "note": "identifying",
        "answer": "identifying",
    },
    "Line": {
        "destination": "neutral",
        "token": "neutral",
        "circuit": "neutral",
        "failures": "neutral",
        "retry_at": "neutral",
        "paused_at": "neutral",
        "paused_by": "identifying",
        "paused_reason": "neutral",
        "last_success_at": "neutral",
        "last_error_at": "neutral",
        "last_error": "neutral",
    },
}
