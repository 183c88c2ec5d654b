"""The teams that patients write to, what they promise, who answers for them."""

import uuid

from django.db import models
from django.db.models import Q


class Team(models.Model):
    """A team of an establishment; `answers_within_hours` is its promise, shown to patients and measured."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField("code", unique=True)
    establishment = models.CharField("établissement", max_length=50)
    name = models.CharField("nom", max_length=120)
    unit_label = models.CharField("service", max_length=200, blank=True, default="")
    about = models.CharField("ce que l’on peut lui écrire", max_length=300, blank=True, default="")
    answers_within_hours = models.PositiveSmallIntegerField("répond en (heures)", default=48)
    email = models.EmailField("adresse où l’équipe est prévenue", blank=True, default="")
    escalation_email = models.EmailField("adresse prévenue quand le délai est dépassé", blank=True, default="")
    is_open = models.BooleanField("ouverte aux messages", default=True)

    class Meta:
        verbose_name = "équipe"
        constraints = [
            models.CheckConstraint(condition=Q(answers_within_hours__gt=0), name="messaging_team_promises"),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """Who answers for a team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="members", verbose_name="équipe")
    account_id = models.UUIDField("compte")

    class Meta:
        verbose_name = "membre d’une équipe"
        verbose_name_plural = "membres d’équipes"
        constraints = [models.UniqueConstraint(fields=["team", "account_id"], name="messaging_member_once")]

    def __str__(self) -> str:
        return f"{self.team_id} · {self.account_id}"


class AnswerTemplate(models.Model):
    """An answer that a team gives often; it is read and completed before it leaves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="templates", verbose_name="équipe")
    title = models.CharField("titre", max_length=120)
    text = models.TextField("texte", max_length=2000)

    class Meta:
        verbose_name = "modèle de réponse"
        verbose_name_plural = "modèles de réponse"

    def __str__(self) -> str:
        return self.title
