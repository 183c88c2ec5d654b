"""Versions of questionnaires, and what people answer to one of them."""

import uuid

from django.db import models
from django.db.models import Q

CLASSIFICATION: dict[str, dict[str, str]] = {
    "QuestionnaireVersion": {
        "id": "neutral",
        "url": "neutral",
        "version": "neutral",
        "title": "neutral",
        "content": "neutral",
        "digest": "neutral",
        "loaded_at": "neutral",
    },
    "Filling": {
        "id": "neutral",
        "questionnaire": "neutral",
        "local_identity_id": "neutral",
        "establishment": "neutral",
        "context_kind": "neutral",
        "context_id": "neutral",
        "state": "neutral",
        "answers": "health",
        "scores": "health",
        "begun_at": "neutral",
        "saved_at": "neutral",
        "finished_at": "neutral",
        "by_account": "neutral",
        "by_name": "identifying",
        "by_role": "neutral",
        "door": "neutral",
        "is_from_paper": "neutral",
        "version": "neutral",
    },
}


class QuestionnaireVersion(models.Model):
    """A questionnaire as it was at a version: never changed once it is here."""

    url = models.CharField("adresse canonique", max_length=200)
    version = models.CharField("version", max_length=40)
    title = models.CharField("titre", max_length=200)
    content = models.JSONField("questionnaire (FHIR)")
    digest = models.CharField("empreinte", max_length=64)
    loaded_at = models.DateTimeField("chargé le")

    class Meta:
        verbose_name = "version d’un questionnaire"
        verbose_name_plural = "versions de questionnaires"
        constraints = [models.UniqueConstraint(fields=["url", "version"], name="forms_version_once")]

    def __str__(self) -> str:
        return f"{self.url}|{self.version}"


class FillingState(models.TextChoices):
    DRAFT = "draft", "Commencé"
    FINISHED = "finished", "Terminé"


class Filling(models.Model):
    """Answers of a patient to a version; `id` is that of the QuestionnaireResponse once finished.

    `context` is what asks for it (a pre-admission, a day of a care plan): one filling of a questionnaire for each.
    `door` says who holds the pen: the patient, a representative, the desk.
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    questionnaire = models.ForeignKey(QuestionnaireVersion, verbose_name="questionnaire", on_delete=models.PROTECT)
    local_identity_id = models.UUIDField("identité locale")
    establishment = models.CharField("établissement", max_length=40, blank=True, default="")
    context_kind = models.CharField("demandé par", max_length=40)
    context_id = models.UUIDField("demandé pour")
    state = models.CharField("état", max_length=10, choices=FillingState, default=FillingState.DRAFT)
    answers = models.JSONField("réponses", default=dict, blank=True)
    scores = models.JSONField("scores", default=dict, blank=True)
    begun_at = models.DateTimeField("commencé le")
    saved_at = models.DateTimeField("enregistré le")
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)
    by_account = models.UUIDField("compte", null=True, blank=True)
    by_name = models.CharField("dernier à écrire", max_length=200)
    by_role = models.CharField("rôle", max_length=40, blank=True, default="")
    door = models.CharField("porte", max_length=20)
    is_from_paper = models.BooleanField("recopié du papier", default=False)
    version = models.PositiveIntegerField("écritures", default=1)

    class Meta:
        verbose_name = "questionnaire rempli"
        verbose_name_plural = "questionnaires remplis"
        constraints = [
            models.UniqueConstraint(
                fields=["context_kind", "context_id", "questionnaire"], name="forms_one_filling_of_context"
            ),
            models.CheckConstraint(
                condition=Q(state=FillingState.FINISHED, finished_at__isnull=False)
                | Q(state=FillingState.DRAFT, finished_at=None),
                name="forms_finished_has_moment",
            ),
        ]
        indexes = [models.Index(fields=["local_identity_id", "begun_at"], name="forms_of_file")]

    def __str__(self) -> str:
        return str(self.pk)
