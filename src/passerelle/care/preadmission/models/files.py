"""A pre-admission: the coming it prepares, its steps as they were confirmed, the photographs handed in."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from passerelle.care.preadmission.rules.vocabulary import Coming, Judgement, PieceKind, State, Step, choices

CLASSIFICATION: dict[str, dict[str, str]] = {
    "Preadmission": {
        "id": "neutral",
        "coming": "neutral",
        "coming_id": "neutral",
        "local_identity_id": "neutral",
        "establishment": "neutral",
        "site": "neutral",
        "service": "health",
        "title": "neutral",
        "plan": "neutral",
        "starts_at": "neutral",
        "state": "neutral",
        "opened_at": "neutral",
        "sent_at": "neutral",
        "sent_by": "identifying",
        "door": "neutral",
        "version": "neutral",
    },
    "StepEntry": {
        "id": "neutral",
        "preadmission": "neutral",
        "step": "neutral",
        "answers": "health",
        "is_done": "neutral",
        "at": "neutral",
        "by_account": "neutral",
        "by_name": "identifying",
        "by_role": "neutral",
        "door": "neutral",
        "is_from_paper": "neutral",
    },
    "Piece": {
        "id": "neutral",
        "preadmission": "neutral",
        "kind": "neutral",
        "proof": "neutral",
        "at": "neutral",
        "by_name": "identifying",
        "door": "neutral",
        "judgement": "neutral",
        "note": "identifying",
        "judged_at": "neutral",
        "judged_by": "identifying",
        "forgotten_at": "neutral",
    },
}


class PreadmissionQuerySet(models.QuerySet[Any]):
    """Filters of pre-admissions."""

    def of(self, local_identity_ids: Iterable[UUID]) -> Self:
        """Keep those of these files."""
        return self.filter(local_identity_id__in=list(local_identity_ids))

    def between(self, start: datetime, end: datetime) -> Self:
        """Keep those whose coming starts over `[start, end)`."""
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def awaited(self) -> Self:
        """Keep those whose coming still stands."""
        return self.exclude(state=State.OFF.value)


class Preadmission(models.Model):
    """The preparation of one coming; `plan` names the steps and questionnaires it asks for (`data/plans.yaml`)."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    coming = models.CharField("pour", max_length=12, choices=choices(Coming))
    coming_id = models.UUIDField("rendez-vous ou séjour")
    local_identity_id = models.UUIDField("identité locale")
    establishment = models.CharField("établissement", max_length=40)
    site = models.CharField("site", max_length=60, blank=True, default="")
    service = models.CharField("service", max_length=120, blank=True, default="")
    title = models.CharField("intitulé sans détail médical", max_length=120)
    plan = models.CharField("étapes demandées", max_length=40)
    starts_at = models.DateTimeField("venue le")
    state = models.CharField("état", max_length=8, choices=choices(State), default=State.OPEN.value)
    opened_at = models.DateTimeField("ouverte le")
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    sent_by = models.CharField("envoyée par", max_length=200, blank=True, default="")
    door = models.CharField("porte de l’envoi", max_length=20, blank=True, default="")
    version = models.PositiveIntegerField("écritures", default=1)

    objects = PreadmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "pré-admission"
        verbose_name_plural = "pré-admissions"
        constraints = [
            models.UniqueConstraint(fields=["coming", "coming_id"], name="preadmission_one_of_coming"),
            models.CheckConstraint(
                condition=~Q(state=State.SENT.value) | Q(sent_at__isnull=False), name="preadmission_sent_has_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["establishment", "starts_at"], name="preadmission_of_day"),
            models.Index(fields=["local_identity_id", "starts_at"], name="preadmission_of_file"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class StepEntry(models.Model):
    """A step as it stands: its answers, whether it is done, who holds the pen and by which door."""

    preadmission = models.ForeignKey(
        Preadmission, verbose_name="pré-admission", on_delete=models.CASCADE, related_name="entries"
    )
    step = models.CharField("étape", max_length=12, choices=choices(Step))
    answers = models.JSONField("réponses", default=dict, blank=True)
    is_done = models.BooleanField("faite", default=False)
    at = models.DateTimeField("le")
    by_account = models.UUIDField("compte", null=True, blank=True)
    by_name = models.CharField("par", max_length=200)
    by_role = models.CharField("rôle", max_length=40, blank=True, default="")
    door = models.CharField("porte", max_length=20)
    is_from_paper = models.BooleanField("recopiée du papier", default=False)

    class Meta:
        verbose_name = "étape de pré-admission"
        verbose_name_plural = "étapes de pré-admission"
        constraints = [models.UniqueConstraint(fields=["preadmission", "step"], name="preadmission_step_once")]

    def __str__(self) -> str:
        return f"{self.preadmission_id} {self.step}"


class Piece(models.Model):
    """A photograph handed in; its bytes are in `files`, owned by this row, and forgotten once it has served."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    preadmission = models.ForeignKey(
        Preadmission, verbose_name="pré-admission", on_delete=models.CASCADE, related_name="pieces"
    )
    kind = models.CharField("ce qu’elle montre", max_length=10, choices=choices(PieceKind))
    proof = models.CharField("pièce", max_length=4, blank=True, default="")
    at = models.DateTimeField("déposée le")
    by_name = models.CharField("par", max_length=200)
    door = models.CharField("porte", max_length=20)
    judgement = models.CharField("contrôle", max_length=10, choices=choices(Judgement), default=Judgement.WAITING.value)
    note = models.CharField("note", max_length=300, blank=True, default="")
    judged_at = models.DateTimeField("contrôlée le", null=True, blank=True)
    judged_by = models.CharField("contrôlée par", max_length=200, blank=True, default="")
    forgotten_at = models.DateTimeField("image effacée le", null=True, blank=True)

    class Meta:
        verbose_name = "photographie de pièce"
        verbose_name_plural = "photographies de pièces"
        constraints = [models.UniqueConstraint(fields=["preadmission", "kind"], name="preadmission_piece_once")]

    def __str__(self) -> str:
        return str(self.pk)
