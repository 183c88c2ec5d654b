"""Who somebody is at a provider."""

from django.conf import settings
from django.db import models


class FederatedIdentity(models.Model):
    """The tie between a subject of a provider and an account; made once, by an identifier both know."""

    provider = models.SlugField("fournisseur", max_length=30)
    subject = models.CharField("sujet", max_length=255)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="compte")
    tied_at = models.DateTimeField("relié le")
    seen_at = models.DateTimeField("vu le")

    class Meta:
        verbose_name = "identité fédérée"
        verbose_name_plural = "identités fédérées"
        constraints = [
            models.UniqueConstraint(fields=["provider", "subject"], name="oauth_identity_subject_once"),
            models.UniqueConstraint(fields=["provider", "account"], name="oauth_identity_account_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.account_id}"
