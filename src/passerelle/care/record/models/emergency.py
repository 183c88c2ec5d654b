import uuid

from django.conf import settings
from django.db import models


class EmergencyAccess(models.Model):
    """A professional opened a record without being in its care circle, said why, for a few hours: `[since, until)`."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="compte", on_delete=models.PROTECT)
    person_id = models.UUIDField("personne")
    since = models.DateTimeField("depuis")
    until = models.DateTimeField("jusqu’à")
    reason = models.CharField("motif", max_length=500)

    class Meta:
        verbose_name = "accès en urgence"
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="emergency_access_ends_after"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="emergency_access_has_a_reason"),
        ]
        indexes = [models.Index(fields=["account", "person_id", "until"], name="emergency_access_active")]

    def __str__(self) -> str:
        return str(self.pk)
