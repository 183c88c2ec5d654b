"""The invitation of one person to open their own space."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from passerelle.care.patientspace.rules.vocabulary import Means


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def live(self, at: datetime) -> Self:
        """Keep those that still open: neither used, nor cancelled, nor expired."""
        return self.filter(used_at=None, cancelled_at=None, expires_at__gt=at)


class Invitation(models.Model):
    """A code that opens one space, once, with the birth date as second proof. The code itself is kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField("personne")
    code_digest = models.CharField("empreinte du code", max_length=64, unique=True)
    means = models.CharField("moyen", max_length=10, choices=[(one.value, one.label) for one in Means])
    address = models.CharField("numéro", max_length=40, blank=True, default="")
    document = models.CharField("pièce vue", max_length=60, blank=True, default="")
    establishment = models.CharField("établissement", max_length=50)
    made_at = models.DateTimeField("faite à")
    made_by = models.UUIDField("par (compte)")
    made_by_name = models.CharField("par", max_length=200)
    expires_at = models.DateTimeField("jusqu’à (exclu)")
    used_at = models.DateTimeField("utilisée à", null=True, blank=True)
    used_by = models.UUIDField("compte ouvert", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulée à", null=True, blank=True)
    failures = models.PositiveSmallIntegerField("essais faux", default=0)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="patientspace_invitation_period"),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(cancelled_at=None), name="patientspace_invitation_one_end"
            ),
            models.CheckConstraint(
                condition=~Q(means=Means.DESK.value) | ~Q(document=""), name="patientspace_desk_saw_a_document"
            ),
            models.UniqueConstraint(
                fields=["person_id"],
                condition=Q(used_at=None, cancelled_at=None),
                name="patientspace_one_invitation_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.means} {self.pk}"

    @property
    def means_label(self) -> str:
        return Means(self.means).label
