"""How long a kind of piece may wait before its patient sees it, and which were announced."""

import uuid

from django.db import models
from django.db.models import Q


class ReleaseRule(models.Model):
    """The longest wait, in days, of a kind of piece of an establishment: `result`, or the code of a document type."""

    establishment = models.CharField("établissement", max_length=50)
    kind = models.CharField("sorte", max_length=40)
    label = models.CharField("libellé", max_length=120)
    days = models.PositiveSmallIntegerField("attente la plus longue (jours)")

    class Meta:
        verbose_name = "délai avant de montrer une pièce"
        verbose_name_plural = "délais avant de montrer une pièce"
        constraints = [
            models.UniqueConstraint(fields=["establishment", "kind"], name="patientspace_release_once"),
            models.CheckConstraint(condition=Q(days__gt=0, days__lte=30), name="patientspace_release_a_month_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.establishment} · {self.kind}"


class Announcement(models.Model):
    """A professional spoke of a piece with its patient: it is shown from then on. Rows are only added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item_id = models.UUIDField("pièce", unique=True)
    person_id = models.UUIDField("personne")
    at = models.DateTimeField("annoncée à")
    by_account = models.UUIDField("par (compte)")
    by_name = models.CharField("par", max_length=200)

    class Meta:
        verbose_name = "annonce"

    def __str__(self) -> str:
        return str(self.item_id)
