from django.db import models


class StayEvent(models.Model):
    """One ADT event of a stay, as understood. A stay is the fold of its events, so their order of arrival is free."""

    stay_id = models.UUIDField("séjour")
    local_identity_id = models.UUIDField("identité locale")
    establishment = models.TextField("établissement")
    source = models.TextField("message")
    trigger = models.CharField("événement", max_length=4)
    recorded_at = models.DateTimeField("saisi le")
    received_at = models.DateTimeField("reçu le")
    content = models.JSONField("contenu")

    class Meta:
        verbose_name = "événement de séjour"
        verbose_name_plural = "événements de séjour"
        constraints = [
            models.UniqueConstraint(fields=["stay_id", "source", "trigger"], name="stay_event_once_per_message"),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.stay_id}"
