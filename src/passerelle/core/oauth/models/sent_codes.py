"""A second factor for patients: a code sent to the telephone or the address they gave."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

CHANNELS = (("sms", "SMS"), ("email", "courriel"))


class ContactFactor(models.Model):
    """Where the codes of an account are sent; it serves once a first code came back."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+", verbose_name="compte"
    )
    channel = models.CharField("canal", max_length=5, choices=CHANNELS)
    address = models.CharField("numéro ou adresse", max_length=254)
    confirmed_at = models.DateTimeField("confirmé le")

    class Meta:
        verbose_name = "second facteur par message"
        verbose_name_plural = "seconds facteurs par message"

    def __str__(self) -> str:
        return f"{self.channel} · {self.account_id}"


class SentCode(models.Model):
    """One code of six digits, sent once, good for a while and once; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="compte")
    channel = models.CharField("canal", max_length=5, choices=CHANNELS)
    address = models.CharField("numéro ou adresse", max_length=254)
    digest = models.CharField("empreinte", max_length=64)
    sent_at = models.DateTimeField("envoyé à")
    expires_at = models.DateTimeField("jusqu’à (exclu)")
    used_at = models.DateTimeField("utilisé à", null=True, blank=True)
    failures = models.PositiveSmallIntegerField("essais faux", default=0)

    class Meta:
        verbose_name = "code envoyé"
        verbose_name_plural = "codes envoyés"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="oauth_sent_code_period"),
        ]
        indexes = [models.Index(fields=["account", "sent_at"], name="oauth_sent_code_account")]

    def __str__(self) -> str:
        return f"{self.channel} · {self.account_id}"
