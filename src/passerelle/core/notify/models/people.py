from django.db import models
from django.db.models import Q

from passerelle.core.notify.models.message import Channel, Message


class Stop(models.Model):
    """Somebody said STOP from a number or an address: nothing leaves for it until they come back."""

    recipient_hash = models.CharField("empreinte", max_length=64)
    ending = models.CharField("fin du numéro ou de l’adresse", max_length=20, blank=True)
    channel = models.CharField("canal", max_length=5, choices=Channel.choices)
    said_at = models.DateTimeField("dit le")
    said_by = models.CharField("dit par", max_length=200)
    lifted_at = models.DateTimeField("levé le", null=True, blank=True)
    lifted_by = models.CharField("levé par", max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = "refus de messages"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient_hash"], condition=Q(lifted_at=None), name="notify_one_stop_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} …{self.ending}"


class Meaning(models.TextChoices):
    """What a reply says, as far as a machine may tell."""

    YES = "yes", "oui"
    NO = "no", "non"
    STOP = "stop", "STOP"
    RESUME = "resume", "reprendre"
    OTHER = "other", "autre réponse"


class Answer(models.Model):
    """What somebody wrote back, as it came, and what was done with it."""

    reference = models.CharField("référence de la passerelle", max_length=200, unique=True)
    sender = models.CharField("expéditeur", max_length=30, blank=True)
    sender_hash = models.CharField("empreinte de l’expéditeur", max_length=64)
    text = models.CharField("texte", max_length=1000, blank=True)
    meaning = models.CharField("sens", max_length=6, choices=Meaning.choices)
    received_at = models.DateTimeField("reçue le")
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="answers", verbose_name="en réponse à"
    )
    outcome = models.CharField("suite donnée", max_length=200, blank=True, db_default="")
    forgotten_at = models.DateTimeField("contenu oublié le", null=True, blank=True)

    class Meta:
        verbose_name = "réponse reçue"
        indexes = [
            models.Index(fields=["sender_hash", "-received_at"], name="notify_answer_sender"),
            models.Index(fields=["-received_at", "-id"], name="notify_answer_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.meaning} {self.received_at:%Y-%m-%d %H:%M}"


class SimulatedMessage(models.Model):
    """What the demonstration's gateway would have put on a phone; empty outside the demonstration."""

    public_id = models.CharField("identifiant d’envoi", max_length=60, blank=True)
    number = models.CharField("numéro", max_length=30)
    text = models.CharField("texte", max_length=1600)
    is_from_phone = models.BooleanField("écrit par le téléphone", default=False)
    at = models.DateTimeField("quand")

    class Meta:
        verbose_name = "message simulé"
        indexes = [models.Index(fields=["number", "-id"], name="notify_simulated_phone")]

    def __str__(self) -> str:
        return f"{self.number} {self.at:%Y-%m-%d %H:%M}"
