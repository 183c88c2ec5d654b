"""What a document says, in three plain lines."""

import uuid

from django.db import models
from django.db.models import Q


class PlainSummary(models.Model):
    """Three lines at most about a document; rows are only added, the last one validated is what the patient reads."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document_id = models.UUIDField("document", db_index=True)
    person_id = models.UUIDField("personne")
    text = models.CharField("résumé", max_length=420)
    written_at = models.DateTimeField("écrit à")
    written_by = models.UUIDField("écrit par (compte)")
    written_by_name = models.CharField("écrit par", max_length=200)
    is_validated = models.BooleanField("validé")

    class Meta:
        verbose_name = "résumé simple"
        verbose_name_plural = "résumés simples"
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="patientspace_summary_says_something")]
        indexes = [models.Index(fields=["document_id", "-written_at"], name="patientspace_summary_last")]

    def __str__(self) -> str:
        return str(self.document_id)
