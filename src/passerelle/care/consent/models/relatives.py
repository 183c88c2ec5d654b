"""The code by which a person lets a relative enter their space."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q


class RelativeInvitationQuerySet(models.QuerySet["RelativeInvitation"]):
    def live(self, at: datetime) -> Self:
        """Keep those that still open: neither used, nor cancelled, nor expired."""
        return self.filter(used_at=None, cancelled_at=None, expires_at__gt=at)


class RelativeInvitation(models.Model):
    """Asked by the person themselves; the code is kept nowhere, it serves once. `ends_at` is that of the delegation."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField("personne", db_index=True)
    name = models.CharField("nom du proche", max_length=200)
    code_digest = models.CharField("empreinte du code", max_length=64, unique=True)
    made_at = models.DateTimeField("faite à")
    by_account = models.UUIDField("par (compte)", null=True)
    expires_at = models.DateTimeField("jusqu’à (exclu)")
    ends_at = models.DateTimeField("fin de la délégation (exclue)")
    used_at = models.DateTimeField("acceptée à", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulée à", null=True, blank=True)
    failures = models.PositiveSmallIntegerField("essais faux", default=0)

    objects = RelativeInvitationQuerySet.as_manager()

    class Meta:
        db_table = "consent_relativeinvitation"
        verbose_name = "invitation d’un proche"
        verbose_name_plural = "invitations de proches"
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at"), ends_at__gt=F("made_at")), name="consent_relative_period"
            ),
            models.CheckConstraint(condition=Q(used_at=None) | Q(cancelled_at=None), name="consent_relative_one_end"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
