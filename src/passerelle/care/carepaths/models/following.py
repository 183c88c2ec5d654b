import uuid

from django.db import models
from django.db.models import Q

from passerelle.care.carepaths.models.version import ProtocolVersion


class FollowingState(models.TextChoices):
    """Where a following stands."""

    ACTIVE = "active", "en cours"
    COMPLETED = "completed", "terminé"
    STOPPED = "revoked", "arrêté"


class Following(models.Model):
    """A patient who follows a version of a protocol, around an anchor date. One of each at a time."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    local_identity_id = models.UUIDField("identité locale", db_index=True)
    establishment = models.CharField("établissement", max_length=60)
    protocol = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, verbose_name="protocole")
    anchor = models.DateField("date de départ")
    state = models.CharField("état", max_length=10, choices=FollowingState.choices, default=FollowingState.ACTIVE)
    started_at = models.DateTimeField("commencé le")
    started_by = models.CharField("commencé par", max_length=200)
    ended_at = models.DateTimeField("fini le", null=True, blank=True)
    ended_by = models.CharField("fini par", max_length=200, blank=True, default="")
    reason = models.CharField("motif de fin", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "suivi d’un protocole"
        constraints = [
            models.UniqueConstraint(
                fields=["local_identity_id", "protocol"], condition=Q(state="active"), name="carepaths_following_once"
            ),
            models.CheckConstraint(
                condition=Q(state="active", ended_at=None) | (~Q(state="active") & Q(ended_at__isnull=False)),
                name="carepaths_following_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["establishment", "anchor"], condition=Q(state="active"), name="carepaths_followed"),
            models.Index(fields=["protocol", "anchor"], name="carepaths_of_protocol"),
        ]

    def __str__(self) -> str:
        return f"{self.protocol_id} {self.state}"


class TaskSaid(models.Model):
    """What was said of one occurrence of a task: done on a day, or set aside with its reason. Taken back: deleted."""

    following = models.ForeignKey(Following, on_delete=models.CASCADE, related_name="said", verbose_name="suivi")
    task = models.CharField("tâche", max_length=40)
    number = models.PositiveSmallIntegerField("fois")
    outcome = models.CharField("quoi", max_length=5, choices=[("done", "fait"), ("aside", "écarté")])
    on = models.DateField("jour")
    note = models.CharField("précision", max_length=300, blank=True, default="")
    source = models.CharField("origine", max_length=60, blank=True, default="")
    said_at = models.DateTimeField("dit le")
    said_by = models.CharField("dit par", max_length=200)
    by_account = models.UUIDField("compte", null=True, blank=True)

    class Meta:
        verbose_name = "tâche faite ou écartée"
        constraints = [
            models.UniqueConstraint(fields=["following", "task", "number"], name="carepaths_said_once"),
            models.CheckConstraint(
                condition=Q(outcome="done") | ~Q(note=""), name="carepaths_set_aside_with_its_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.number} {self.outcome}"
