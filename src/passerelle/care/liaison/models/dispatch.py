import uuid

from django.db import models
from django.db.models import Q

from passerelle.care.liaison.rules.ways import ADDRESSEES, WAYS


class Dispatch(models.Model):
    """One document on its way to one addressee by one way. `cause` ties it to the item of delivery."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    document_id = models.UUIDField("document du dossier")
    local_identity_id = models.UUIDField("identité locale")
    establishment = models.CharField("établissement", max_length=50)
    unit_label = models.CharField("unité", max_length=120, blank=True, default="")
    addressee = models.CharField("destinataire", max_length=10, choices=ADDRESSEES)
    way = models.CharField("voie", max_length=10, choices=WAYS)
    account_id = models.UUIDField("compte du destinataire", null=True, blank=True)
    label = models.CharField("nom du destinataire", max_length=200)
    mailbox = models.CharField("boîte aux lettres", max_length=254, blank=True, default="")
    cause = models.CharField("envoi", max_length=300, blank=True, default="")
    sent_at = models.DateTimeField("parti à")
    sent_by = models.CharField("par", max_length=200, blank=True, default="")
    note = models.CharField("précision", max_length=300, blank=True, default="")
    received_at = models.DateTimeField("reçu à", null=True, blank=True)
    read_at = models.DateTimeField("lu à", null=True, blank=True)
    failed_at = models.DateTimeField("refusé à", null=True, blank=True)
    failure = models.TextField("raison du refus", blank=True, default="")

    class Meta:
        verbose_name = "envoi d’un document"
        verbose_name_plural = "envois de documents"
        indexes = [
            models.Index(fields=["document_id"], name="liaison_dispatch_document"),
            models.Index(
                fields=["sent_at"], condition=Q(read_at=None, failed_at=None), name="liaison_dispatch_followed"
            ),
            models.Index(fields=["account_id", "sent_at"], name="liaison_dispatch_account"),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.document_id}"


class Lateness(models.TextChoices):
    """What is late, and how much: one row per level, so that nobody is told twice."""

    SAME_DAY = "same_day", "lettre non partie à l’heure limite du jour de sortie"
    NEXT_DAY = "next_day", "lettre non partie le lendemain de la sortie"
    NOT_RECEIVED = "not_received", "envoi non reçu dans le délai"
    NOT_READ = "not_read", "envoi non lu dans le délai"


class Escalation(models.Model):
    """That something was late at a moment, and whom it was told to."""

    stay_id = models.UUIDField("séjour", null=True, blank=True)
    dispatch = models.ForeignKey(
        Dispatch, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations", verbose_name="envoi"
    )
    establishment = models.CharField("établissement", max_length=50)
    level = models.CharField("retard", max_length=14, choices=Lateness.choices)
    at = models.DateTimeField("constaté à")

    class Meta:
        verbose_name = "relance"
        constraints = [
            models.UniqueConstraint(
                fields=["stay_id", "dispatch", "level"], nulls_distinct=False, name="liaison_escalated_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.stay_id or self.dispatch_id}"


class Correspondent(models.Model):
    """A town doctor who receives: their secure mailbox, and where they want to be told that something awaits."""

    account_id = models.UUIDField("compte", primary_key=True)
    name = models.CharField("nom", max_length=200)
    mailbox = models.CharField("boîte de messagerie sécurisée", max_length=254, blank=True, default="")
    notice_address = models.EmailField("adresse des avis", blank=True, default="")
    wants_notices = models.BooleanField("reçoit des avis par courriel", default=False)
    noticed_at = models.DateTimeField("dernier avis", null=True, blank=True)
    changed_at = models.DateTimeField("modifié à")

    class Meta:
        verbose_name = "correspondant"
        constraints = [
            models.UniqueConstraint(fields=["mailbox"], condition=~Q(mailbox=""), name="liaison_mailbox_of_one"),
        ]

    def __str__(self) -> str:
        return self.name


class Progress(models.Model):
    """Up to when the record was looked at, by what was looked for."""

    name = models.CharField("nom", primary_key=True, max_length=40)
    seen_at = models.DateTimeField("regardé jusqu’à")

    class Meta:
        verbose_name = "avancement du suivi"

    def __str__(self) -> str:
        return self.name
