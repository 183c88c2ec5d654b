"""What every choice says, whatever it is about."""

import uuid
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from passerelle.care.consent.rules.vocabulary import Door


class Bearer(models.Model):
    """For whom a choice counts today: the person it was told for or, when identity moved all their files, the other.

    A view; `told_for` = `person_id` is the ordinary case.
    """

    told_for = models.UUIDField("dit pour", primary_key=True)
    person_id = models.UUIDField("personne")

    class Meta:
        managed = False
        db_table = "consent_bearer"
        verbose_name = "porteur de choix"

    def __str__(self) -> str:
        return f"{self.told_for} → {self.person_id}"


class Withdrawal(models.Model):
    """The end of a choice, decided after it was made: a row more, never an edit. A choice is withdrawn once."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    choice_id = models.UUIDField("choix", unique=True)
    kind = models.CharField("nature du choix", max_length=20)
    person_id = models.UUIDField("personne", db_index=True)
    at = models.DateTimeField("retiré à")
    by_account = models.UUIDField("par (compte)", null=True)
    by_name = models.CharField("par", max_length=200)
    by_role = models.CharField("rôle", max_length=40, blank=True, default="")
    door = models.CharField("porte", max_length=16, choices=[(one.value, one.label) for one in Door])

    class Meta:
        verbose_name = "retrait d’un choix"
        verbose_name_plural = "retraits de choix"

    def __str__(self) -> str:
        return f"{self.kind} {self.choice_id}"


class ChoiceQuerySet(models.QuerySet[Any]):
    """Filters that every kind of choice shares."""

    def of(self, *person_ids: UUID) -> Self:
        """Keep what counts for these persons today, whatever identity merged."""
        return self.filter(person_id__in=Bearer.objects.filter(person_id__in=person_ids).values("told_for"))

    def in_force(self, at: datetime) -> Self:
        """Keep what holds at this moment: begun, not over, not withdrawn by then."""
        withdrawn = Withdrawal.objects.filter(choice_id=OuterRef("pk"), at__lte=at)
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), ~Exists(withdrawn), starts_at__lte=at)


class Choice(models.Model):
    """A fact told once: for whom, over `[starts_at, ends_at)`, by whom and when. Rows are only added."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField("personne")
    starts_at = models.DateTimeField("à partir de")
    ends_at = models.DateTimeField("jusqu’à (exclu)", null=True, blank=True)
    at = models.DateTimeField("dit à")
    by_account = models.UUIDField("dit par (compte)", null=True)
    by_name = models.CharField("dit par", max_length=200)
    by_role = models.CharField("rôle", max_length=40, blank=True, default="")
    door = models.CharField("porte", max_length=16, choices=[(one.value, one.label) for one in Door])

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"


def period(name: str) -> models.CheckConstraint:
    """Return the constraint that a choice ends after it begins."""
    return models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name=name)


SHARED_FIELDS = {
    "id": "neutral",
    "person_id": "identifying",
    "starts_at": "neutral",
    "ends_at": "neutral",
    "at": "neutral",
    "by_account": "identifying",
    "by_name": "identifying",
    "by_role": "neutral",
    "door": "neutral",
}
