"""Which applications may ask, for what, and who vouched for them."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Purpose(models.TextChoices):
    """On whose behalf an application comes."""

    FOR_USERS = "users", "Pour une personne qui s’en sert"
    ALONE = "alone", "Seule, pour l’établissement"


class ProofMeans(models.TextChoices):
    """How an application proves who it is."""

    KEYS = "keys", "Clés (JWKS)"
    SECRET = "secret", "Secret partagé"
    NONE = "none", "Aucun moyen (application sur l’appareil de la personne)"


class Declaration(models.Model):
    """What an establishment says of its application; it opens nothing until somebody else has approved it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.OneToOneField(
        "oauth2_provider.Application", models.PROTECT, related_name="declaration", verbose_name="client OAuth"
    )
    establishment = models.ForeignKey(
        "directory.Establishment", models.PROTECT, related_name="+", verbose_name="établissement"
    )
    purpose = models.CharField("pour qui", max_length=10, choices=Purpose.choices)
    proof_means = models.CharField("preuve", max_length=10, choices=ProofMeans.choices)
    description = models.CharField("à quoi elle sert", max_length=300)
    contact = models.EmailField("qui prévenir")
    scopes = ArrayField(models.CharField(max_length=80), verbose_name="ce qu’elle peut demander")
    keys = models.JSONField("clés publiques", default=dict, blank=True)
    launch_address = models.CharField("adresse de lancement", max_length=500, blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="déclarée par"
    )
    declared_at = models.DateTimeField("déclarée le")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="approuvée par"
    )
    approved_at = models.DateTimeField("approuvée le", null=True, blank=True)
    expires_on = models.DateField("à revoir avant le (exclu)")
    revoked_at = models.DateTimeField("coupée le", null=True, blank=True)

    class Meta:
        verbose_name = "application déclarée"
        verbose_name_plural = "applications déclarées"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("declared_by")), name="oauth_declaration_two_people"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="oauth_declaration_approval",
            ),
            models.CheckConstraint(
                condition=~Q(purpose="alone", proof_means="none"), name="oauth_declaration_alone_proves"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.establishment_id} · {self.description}"

    def is_open(self, on: date) -> bool:
        """Tell whether it may ask on a day: approved, not revoked, not past its review."""
        return self.approved_at is not None and self.revoked_at is None and on < self.expires_on


class UsedAssertion(models.Model):
    """A proof an application gave: it counts once, so it is kept until it would be refused anyway."""

    application = models.ForeignKey(
        "oauth2_provider.Application", models.CASCADE, related_name="+", verbose_name="client OAuth"
    )
    jti_digest = models.CharField("empreinte", max_length=64)
    expires_at = models.DateTimeField("jusqu’à")

    class Meta:
        verbose_name = "preuve déjà donnée"
        verbose_name_plural = "preuves déjà données"
        constraints = [
            models.UniqueConstraint(fields=["application", "jti_digest"], name="oauth_assertion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.jti_digest[:8]}"
