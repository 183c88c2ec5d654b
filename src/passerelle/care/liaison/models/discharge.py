import uuid

from django.db import models
from django.db.models import Q


class Discharge(models.Model):
    """The end of a stay, which starts the clock of its letter. `cancelled_at`: the stay goes on after all."""

    stay_id = models.UUIDField("séjour", primary_key=True)
    local_identity_id = models.UUIDField("identité locale")
    establishment = models.CharField("établissement", max_length=50)
    unit_code = models.CharField("code de l’unité", max_length=20, blank=True, default="")
    unit_label = models.CharField("unité", max_length=120, blank=True, default="")
    class_code = models.CharField("nature du séjour", max_length=20, blank=True, default="")
    admitted_at = models.DateTimeField("entrée", null=True, blank=True)
    left_at = models.DateTimeField("sortie")
    attending = models.CharField("praticien responsable", max_length=200, blank=True, default="")
    noted_at = models.DateTimeField("noté à")
    cancelled_at = models.DateTimeField("sortie annulée à", null=True, blank=True)
    answered_at = models.DateTimeField("lettre validée à", null=True, blank=True)

    class Meta:
        verbose_name = "sortie"
        indexes = [
            models.Index(fields=["establishment", "left_at"], name="liaison_discharge_listed"),
            models.Index(
                fields=["left_at"],
                condition=Q(answered_at=None, cancelled_at=None),
                name="liaison_discharge_awaiting",
            ),
            models.Index(fields=["local_identity_id"], name="liaison_discharge_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.stay_id}"


class LetterOrigin(models.TextChoices):
    WRITTEN = "written", "écrite ici"
    RECEIVED = "received", "reçue du logiciel de l’établissement"


class Letter(models.Model):
    """One version of the letter of a stay: a draft until a person signs it, then never changed.

    `content` is what `rules.content.Content` writes. A received letter has no content of ours.
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="letters", verbose_name="sortie")
    version = models.PositiveSmallIntegerField("version")
    origin = models.CharField("origine", max_length=10, choices=LetterOrigin.choices)
    content = models.JSONField("contenu", default=dict)
    drafted_at = models.DateTimeField("commencée à")
    drafted_by = models.CharField("commencée par", max_length=200, blank=True, default="")
    changed_at = models.DateTimeField("modifiée à")
    signed_at = models.DateTimeField("signée à", null=True, blank=True)
    signed_by = models.CharField("signée par", max_length=200, blank=True, default="")
    signed_by_account = models.UUIDField("compte du signataire", null=True, blank=True)
    document_id = models.UUIDField("document du dossier", null=True, blank=True)

    class Meta:
        verbose_name = "lettre de liaison"
        verbose_name_plural = "lettres de liaison"
        constraints = [
            models.UniqueConstraint(fields=["discharge", "version"], name="liaison_letter_version"),
            models.UniqueConstraint(
                fields=["discharge"], condition=Q(signed_at=None), name="liaison_one_draft_per_stay"
            ),
            models.UniqueConstraint(
                fields=["document_id"], condition=~Q(document_id=None), name="liaison_letter_document"
            ),
            models.CheckConstraint(condition=Q(signed_at=None) | ~Q(document_id=None), name="liaison_signed_is_stored"),
        ]

    def __str__(self) -> str:
        return f"{self.discharge_id} v{self.version}"
