"""Questions put to INSi: each leaves a row, answered, waiting or given up."""

import uuid

from django.db import models
from django.db.models import Q


class InsiOperation(models.TextChoices):
    SEARCH = "search", "Recherche de l’INS"
    VERIFY = "verify", "Vérification de l’INS"


class InsiState(models.TextChoices):
    WAITING = "waiting", "En attente d’une nouvelle tentative"
    ANSWERED = "answered", "Répondue"
    REFUSED = "refused", "Refusée"
    GIVEN_UP = "given_up", "Abandonnée"


class InsiCampaign(models.Model):
    """A verification of all the INS of a base, or of one establishment, in batches."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.ForeignKey(
        "directory.Establishment",
        verbose_name="établissement",
        to_field="code",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    asked_by_name = models.CharField("demandée par", max_length=200)
    started_at = models.DateTimeField("commencée le")
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)
    cursor = models.UUIDField("dernière identité vue", null=True, blank=True)
    total = models.PositiveIntegerField("identités à vérifier", default=0)
    confirmed = models.PositiveIntegerField("confirmées", default=0)
    differing = models.PositiveIntegerField("différentes", default=0)
    failed = models.PositiveIntegerField("sans réponse", default=0)
    is_cancelled = models.BooleanField("arrêtée", default=False)

    class Meta:
        verbose_name = "campagne de vérification"
        verbose_name_plural = "campagnes de vérification"
        constraints = [
            models.UniqueConstraint(
                fields=["is_cancelled"], condition=Q(ended_at=None), name="insi_campaign_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def seen(self) -> int:
        """Return how many identities were asked about."""
        return self.confirmed + self.differing + self.failed


class InsiCall(models.Model):
    """One question, who asked it, and what came back; `answer` holds the INS and traits of the national bases."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    local_identity = models.ForeignKey(
        "identity.LocalIdentity", verbose_name="identité locale", on_delete=models.PROTECT, related_name="insi_calls"
    )
    campaign = models.ForeignKey(
        InsiCampaign, verbose_name="campagne", null=True, blank=True, on_delete=models.PROTECT, related_name="calls"
    )
    operation = models.CharField("opération", max_length=8, choices=InsiOperation)
    state = models.CharField("état", max_length=8, choices=InsiState)
    asked_at = models.DateTimeField("demandée le")
    asked_by = models.UUIDField("compte", null=True, blank=True)
    asked_by_name = models.CharField("demandée par", max_length=200)
    attempts = models.PositiveSmallIntegerField("tentatives", default=0)
    next_try_at = models.DateTimeField("prochaine tentative", null=True, blank=True)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    code = models.CharField("code de retour", max_length=40, blank=True, default="")
    answer = models.JSONField("réponse", default=dict, blank=True)
    settled_at = models.DateTimeField("tranchée le", null=True, blank=True)
    settled_by_name = models.CharField("tranchée par", max_length=200, blank=True, default="")
    accepted = models.JSONField("traits acceptés", default=list, blank=True)

    class Meta:
        verbose_name = "appel au téléservice INSi"
        verbose_name_plural = "appels au téléservice INSi"
        constraints = [
            models.UniqueConstraint(
                fields=["local_identity", "operation"],
                condition=Q(state="waiting"),
                name="insi_call_one_waiting",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="insi_call_waiting"),
            models.Index(fields=["local_identity", "asked_at"], name="insi_call_of_identity"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
