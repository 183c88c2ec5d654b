"""What the desk keeps: who is looking at what, what was decided, and the files opened at the admission desk."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Claim(models.Model):
    """Somebody has taken a piece of work until a moment, so that nobody else does the same. One holder at a time."""

    subject = models.CharField("travail", max_length=80, primary_key=True)
    account_id = models.UUIDField("compte")
    account_name = models.CharField("par", max_length=200)
    claimed_at = models.DateTimeField("pris le")
    until = models.DateTimeField("jusqu’à")

    class Meta:
        verbose_name = "travail pris"
        verbose_name_plural = "travaux pris"

    def __str__(self) -> str:
        return self.subject


class Verdict(models.TextChoices):
    SAME = "same", "Même personne"
    DIFFERENT = "different", "Personnes différentes"
    LATER = "later", "Plus tard"
    SEPARATED = "separated", "Séparation"


class DecisionState(models.TextChoices):
    AWAITING = "awaiting", "attend une seconde signature"
    EFFECTIVE = "effective", "en vigueur"
    DECLINED = "declined", "refusée à la seconde signature"
    UNDONE = "undone", "défaite"


class Decision(models.Model):
    """What an officer decided of two local identities: signed, dated, with what was seen. Undone, never erased.

    `seen` freezes the score and its reasons; `evidence` names the papers that were looked at. `merge_id` and
    `joining_id` are what took effect, in the identity package.
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    verdict = models.CharField("verdict", max_length=9, choices=Verdict)
    state = models.CharField("état", max_length=9, choices=DecisionState)
    pair_id = models.UUIDField("paire", null=True, blank=True)
    first_id = models.UUIDField("première identité locale")
    second_id = models.UUIDField("seconde identité locale")
    survivor_id = models.UUIDField("identité conservée", null=True, blank=True)
    establishments = ArrayField(models.CharField(max_length=60), verbose_name="établissements")
    reason = models.CharField("motif", max_length=500, blank=True, default="")
    evidence = models.CharField("preuve examinée", max_length=12, blank=True, default="")
    seen = models.JSONField("ce qui a été montré", default=dict, blank=True)
    merge_id = models.UUIDField("fusion", null=True, blank=True)
    joining_id = models.UUIDField("rapprochement", null=True, blank=True)
    decided_by = models.UUIDField("compte du décideur", null=True, blank=True)
    decided_by_name = models.CharField("décidée par", max_length=200)
    decided_at = models.DateTimeField("décidée le")
    second_by = models.UUIDField("compte de la seconde signature", null=True, blank=True)
    second_by_name = models.CharField("seconde signature", max_length=200, blank=True, default="")
    second_at = models.DateTimeField("contresignée le", null=True, blank=True)
    second_note = models.CharField("note de la seconde signature", max_length=500, blank=True, default="")
    undone_by_name = models.CharField("défaite par", max_length=200, blank=True, default="")
    undone_at = models.DateTimeField("défaite le", null=True, blank=True)
    undone_reason = models.CharField("motif de l’annulation", max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "décision d’identitovigilance"
        verbose_name_plural = "décisions d’identitovigilance"
        constraints = [
            models.UniqueConstraint(
                fields=["pair_id"], condition=Q(state="awaiting"), name="idv_decision_one_awaiting_per_pair"
            ),
            models.CheckConstraint(
                condition=Q(second_by=None) | ~Q(second_by=models.F("decided_by")), name="idv_decision_four_eyes"
            ),
        ]
        indexes = [
            models.Index(fields=["-decided_at", "id"], name="idv_decision_latest"),
            models.Index(fields=["first_id"], name="idv_decision_first"),
            models.Index(fields=["second_id"], name="idv_decision_second"),
            models.Index(fields=["state"], condition=Q(state="awaiting"), name="idv_decision_awaiting"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.pk}"


class DeskFile(models.Model):
    """A provisional file opened at the admission desk of a place without admission software; `id` gives its number."""

    local_identity_id = models.UUIDField("identité locale", null=True, blank=True)
    establishment = models.CharField("établissement", max_length=60)
    opened_by = models.UUIDField("compte", null=True, blank=True)
    opened_by_name = models.CharField("ouvert par", max_length=200)
    opened_at = models.DateTimeField("ouvert le")
    lookalikes = models.PositiveSmallIntegerField("ressemblances montrées", default=0)
    reason = models.CharField("motif de création malgré tout", max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "dossier provisoire"
        verbose_name_plural = "dossiers provisoires"

    def __str__(self) -> str:
        return f"{self.establishment} {self.pk}"


CLASSIFICATION: dict[str, dict[str, str]] = {
    "Claim": {
        "subject": "neutral",
        "account_id": "identifying",
        "account_name": "identifying",
        "claimed_at": "neutral",
        "until": "neutral",
    },
    "Decision": {
        "id": "neutral",
        "verdict": "neutral",
        "state": "neutral",
        "pair_id": "neutral",
        "first_id": "neutral",
        "second_id": "neutral",
        "survivor_id": "neutral",
        "establishments": "neutral",
        "reason": "identifying",
        "evidence": "neutral",
        "seen": "identifying",
        "merge_id": "neutral",
        "joining_id": "neutral",
        "decided_by": "identifying",
        "decided_by_name": "identifying",
        "decided_at": "neutral",
        "second_by": "identifying",
        "second_by_name": "identifying",
        "second_at": "neutral",
        "second_note": "identifying",
        "undone_by_name": "identifying",
        "undone_at": "neutral",
        "undone_reason": "identifying",
    },
    "DeskFile": {
        "id": "neutral",
        "local_identity_id": "neutral",
        "establishment": "neutral",
        "opened_by": "identifying",
        "opened_by_name": "identifying",
        "opened_at": "neutral",
        "lookalikes": "neutral",
        "reason": "identifying",
    },
}
