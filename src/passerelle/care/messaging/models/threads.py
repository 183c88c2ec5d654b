"""What a patient and a team wrote to each other."""

import uuid
from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from passerelle.care.messaging.models.teams import Team


class ThreadQuerySet(models.QuerySet["Thread"]):
    def of(self, person_id: UUID) -> Self:
        return self.filter(person_id=person_id)

    def late(self, at: datetime) -> Self:
        """Keep those whose promise is broken."""
        return self.filter(is_waiting=True, closed_at=None, due_at__lte=at)


class Thread(models.Model):
    """A question and its answers. `is_waiting`: the last word is the patient's; `is_secret`: a minor keeps it so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="threads", verbose_name="équipe")
    person_id = models.UUIDField("personne", db_index=True)
    local_identity_id = models.UUIDField("identité locale")
    subject = models.CharField("objet", max_length=120)
    opened_at = models.DateTimeField("ouvert à")
    is_secret = models.BooleanField("secret demandé par le mineur", default=False)
    is_waiting = models.BooleanField("attend une réponse", default=True)
    waiting_since = models.DateTimeField("en attente depuis")
    due_at = models.DateTimeField("réponse promise à")
    taken_by = models.UUIDField("pris par (compte)", null=True, blank=True)
    taken_by_name = models.CharField("pris par", max_length=200, blank=True, default="")
    taken_at = models.DateTimeField("pris à", null=True, blank=True)
    escalated_at = models.DateTimeField("délai dépassé signalé à", null=True, blank=True)
    closed_at = models.DateTimeField("clos à", null=True, blank=True)
    changed_at = models.DateTimeField("dernier message à")
    patient_seen_at = models.DateTimeField("lu par le patient à", null=True, blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = "échange"
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="messaging_thread_taken_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["team", "due_at"], condition=Q(is_waiting=True), name="messaging_waiting")]

    def __str__(self) -> str:
        return str(self.pk)


class Post(models.Model):
    """One message; rows are only added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="posts", verbose_name="échange")
    is_from_team = models.BooleanField("de l’équipe")
    author = models.UUIDField("auteur (compte)")
    author_name = models.CharField("auteur", max_length=200)
    text = models.TextField("texte", max_length=4000)
    at = models.DateTimeField("écrit à")
    communication_id = models.UUIDField("Communication du dossier", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="messaging_post_says_something")]
        indexes = [models.Index(fields=["thread", "at"], name="messaging_post_thread")]

    def __str__(self) -> str:
        return str(self.pk)


class Piece(models.Model):
    """A file sent with a message; its bytes are kept by `core.files`."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="pieces", verbose_name="message")
    file_id = models.UUIDField("fichier", unique=True)
    name = models.CharField("nom", max_length=200)

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What somebody began to write, and where; kept by the house, never by the browser."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="compte")
    place = models.CharField("où", max_length=80)
    subject = models.CharField("objet", max_length=120, blank=True, default="")
    text = models.TextField("texte", max_length=4000, blank=True, default="")
    saved_at = models.DateTimeField("gardé à")

    class Meta:
        verbose_name = "brouillon"
        constraints = [models.UniqueConstraint(fields=["account", "place"], name="messaging_draft_once")]

    def __str__(self) -> str:
        return self.place
