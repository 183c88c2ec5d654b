import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class MailState(models.TextChoices):
    NOTICE = "notice", "accusé rattaché à son envoi"
    FILED = "filed", "classé au dossier"
    WAITING = "waiting", "attend une personne"
    SET_ASIDE = "set_aside", "écarté"


class Mail(models.Model):
    """A mail that came to a secure mailbox of an establishment, kept byte for byte. The same mail is taken once."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.CharField("établissement", max_length=50)
    mailbox = models.CharField("boîte", max_length=254)
    digest = models.BinaryField("empreinte", max_length=32)
    raw = models.BinaryField("courriel reçu")
    sender = models.CharField("expéditeur", max_length=254, blank=True, default="")
    came_at = models.DateTimeField("reçu à")
    state = models.CharField("état", max_length=10, choices=MailState.choices)
    reason = models.CharField("pourquoi il attend", max_length=300, blank=True, default="")
    local_identity_id = models.UUIDField("identité locale", null=True, blank=True)
    document_ids = ArrayField(models.UUIDField(), verbose_name="documents classés", default=list, blank=True)
    settled_at = models.DateTimeField("réglé à", null=True, blank=True)
    settled_by = models.CharField("réglé par", max_length=200, blank=True, default="")
    note = models.CharField("motif de la décision", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "courriel reçu"
        verbose_name_plural = "courriels reçus"
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "digest"], name="liaison_mail_once"),
            models.CheckConstraint(
                condition=~Q(state="filed") | ~Q(local_identity_id=None), name="liaison_filed_for_someone"
            ),
        ]
        indexes = [
            models.Index(
                fields=["establishment", "came_at"], condition=Q(state="waiting"), name="liaison_mail_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.came_at:%Y-%m-%d %H:%M}"
