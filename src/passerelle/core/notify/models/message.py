import uuid

from django.db import models
from django.db.models import Q


class Channel(models.TextChoices):
    """By what a message goes."""

    SMS = "sms", "SMS"
    EMAIL = "email", "courriel"


class State(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting", "à envoyer"
    SENDING = "sending", "en cours d’envoi"
    DOUBTFUL = "doubtful", "peut-être parti"
    SENT = "sent", "confié à la passerelle"
    DELIVERED = "delivered", "reçu"
    FAILED = "failed", "non remis"
    EXPIRED = "expired", "périmé, non envoyé"
    STOPPED = "stopped", "non envoyé : la personne a dit STOP"
    CANCELLED = "cancelled", "annulé"


WAITING_OR_LEAVING = (State.WAITING, State.SENDING, State.DOUBTFUL)


class Message(models.Model):
    """One message to one person. Its words are typed values, never text; its body is made when it leaves."""

    public_id = models.UUIDField("notre identifiant d’envoi", default=uuid.uuid4, unique=True)
    key = models.CharField("clé", max_length=200, unique=True)
    channel = models.CharField("canal", max_length=5, choices=Channel.choices)
    recipient = models.CharField("destinataire", max_length=254, blank=True)
    recipient_hash = models.CharField("empreinte du destinataire", max_length=64)
    template = models.CharField("modèle", max_length=60)
    template_version = models.PositiveIntegerField("version du modèle")
    words = models.JSONField("mots", default=dict)
    about = models.CharField("à propos de", max_length=200, blank=True)
    establishment = models.CharField("établissement", max_length=60, blank=True)
    any_hour = models.BooleanField("part à toute heure", default=False)
    passes_stop = models.BooleanField("répond à un STOP", default=False)
    expects_answer = models.BooleanField("attend une réponse", default=False)
    created_at = models.DateTimeField("mis en file le")
    due_at = models.DateTimeField("prochain essai")
    expires_at = models.DateTimeField("inutile à partir de")
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField("essais", db_default=0)
    token = models.UUIDField("jeton de l’expéditeur", null=True, blank=True)
    begun_at = models.DateTimeField("dernier essai commencé le", null=True, blank=True)
    leased_until = models.DateTimeField("réservé jusqu’à", null=True, blank=True)
    sent_at = models.DateTimeField("confié à la passerelle le", null=True, blank=True)
    received_at = models.DateTimeField("reçu le", null=True, blank=True)
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)
    gateway_reference = models.CharField("référence de la passerelle", max_length=200, blank=True, db_default="")
    parts = models.PositiveSmallIntegerField("nombre de SMS", db_default=0)
    was_doubtful = models.BooleanField("renvoyé après un doute", db_default=False)
    reason = models.CharField("explication", max_length=300, blank=True, db_default="")
    forgotten_at = models.DateTimeField("contenu oublié le", null=True, blank=True)

    class Meta:
        verbose_name = "message à une personne"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="notify_message_has_time")
        ]
        indexes = [
            models.Index(fields=["channel", "due_at", "id"], condition=Q(state="waiting"), name="notify_message_due"),
            models.Index(
                fields=["leased_until"], condition=Q(state__in=["sending", "doubtful"]), name="notify_message_leaving"
            ),
            models.Index(fields=["recipient_hash", "-created_at"], name="notify_message_recipient"),
            models.Index(fields=["state", "-id"], name="notify_message_listed"),
            models.Index(fields=["about"], name="notify_message_about"),
            models.Index(fields=["settled_at"], condition=Q(forgotten_at=None), name="notify_message_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.public_id}"


class StepKind(models.TextChoices):
    """What happened to a message."""

    ACCEPTED = "accepted", "confié à la passerelle"
    REFUSED = "refused", "refusé par la passerelle"
    LATER = "later", "remis à plus tard"
    UNANSWERED = "unanswered", "envoyé, sans réponse"
    INTERRUPTED = "interrupted", "envoi interrompu net"
    RECEIPT = "receipt", "accusé de réception"
    RESENT = "resent", "remis en file après vérification"
    DECIDED = "decided", "décision d’une personne"
    CANCELLED = "cancelled", "annulé"


class Step(models.Model):
    """One try, one receipt, or one decision of a person."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="steps", verbose_name="message")
    at = models.DateTimeField("quand")
    kind = models.CharField("quoi", max_length=12, choices=StepKind.choices)
    actor_name = models.CharField("par", max_length=200, blank=True, db_default="")
    note = models.CharField("précision", max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = "étape d’un message"

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
