"""Who may sign in, as what, where and until when."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from passerelle.core.access.vocabulary import Role


class AccountManager(BaseUserManager["Account"]):
    """allauth asks for a manager with `get_by_natural_key`; accounts are made by services only."""


class Account(AbstractBaseUser):
    """Whoever signs in: a patient or a professional."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse électronique", unique=True)
    display_name = models.CharField("nom affiché", max_length=200)
    is_active = models.BooleanField("actif", default=True)
    person_id = models.UUIDField("personne", null=True, blank=True)
    professional = models.ForeignKey(
        "directory.Professional",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="professionnel",
    )
    is_demo_persona = models.BooleanField("personnage de démonstration", default=False)
    opened_at = models.DateTimeField("ouvert le")

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="access_account_email_lowercase"),
            models.CheckConstraint(
                condition=Q(person_id=None) | Q(professional=None), name="access_account_patient_or_professional"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name


class RoleAssignment(models.Model):
    """A role, for an establishment or for the whole group, from a day until another (exclusive)."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="assignments", verbose_name="compte"
    )
    role = models.CharField("rôle", max_length=30, choices=[(role.value, role.label) for role in Role])
    establishment = models.ForeignKey(
        "directory.Establishment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="établissement",
    )
    starts_on = models.DateField("du")
    ends_on = models.DateField("au (exclu)", null=True, blank=True)

    class Meta:
        verbose_name = "attribution de rôle"
        verbose_name_plural = "attributions de rôle"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="access_assignment_period"
            ),
            models.UniqueConstraint(
                fields=["account", "role", "establishment", "starts_on"],
                nulls_distinct=False,
                name="access_assignment_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} · {self.establishment_id or 'groupement'}"


class EmergencyAccess(models.Model):
    """A door opened for a while on one person’s record, with its reason; closed early when `ended_at` is set."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="compte")
    person_id = models.UUIDField("personne")
    establishment = models.CharField("établissement de qui ouvre", max_length=50, blank=True, default="")
    reason_code = models.CharField("nature du motif", max_length=20, blank=True, default="")
    reason = models.CharField("motif", max_length=300)
    at = models.DateTimeField("ouvert à")
    expires_at = models.DateTimeField("jusqu’à (exclu)")
    ended_at = models.DateTimeField("terminé à", null=True, blank=True)

    class Meta:
        verbose_name = "accès d’urgence"
        verbose_name_plural = "accès d’urgence"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="access_emergency_period"),
            models.CheckConstraint(condition=~Q(reason=""), name="access_emergency_reason"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("at"), ended_at__lte=F("expires_at")),
                name="access_emergency_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "person_id", "expires_at"], name="access_emergency_open"),
            models.Index(fields=["person_id", "at"], name="access_emergency_person"),
            models.Index(fields=["at"], name="access_emergency_at"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} · {self.person_id}"


CLASSIFICATION = {
    "Account": {
        "id": "neutral",
        "password": "identifying",
        "last_login": "neutral",
        "email": "identifying",
        "display_name": "identifying",
        "is_active": "neutral",
        "person_id": "identifying",
        "professional": "identifying",
        "is_demo_persona": "neutral",
        "opened_at": "neutral",
    },
    "RoleAssignment": {
        "id": "neutral",
        "account": "identifying",
        "role": "neutral",
        "establishment": "neutral",
        "starts_on": "neutral",
        "ends_on": "neutral",
    },
    "EmergencyAccess": {
        "id": "neutral",
        "account": "identifying",
        "person_id": "identifying",
        "establishment": "neutral",
        "reason_code": "health",
        "reason": "health",
        "at": "neutral",
        "expires_at": "neutral",
        "ended_at": "neutral",
    },
}
