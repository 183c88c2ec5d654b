from django.db import models


class AppointmentEvent(models.Model):
    """One SIU event of an appointment, as understood. An appointment is the fold of its events."""

    appointment_id = models.UUIDField("rendez-vous")
    source = models.TextField("message")
    trigger = models.CharField("événement", max_length=4)
    received_at = models.DateTimeField("reçu le")
    content = models.JSONField("contenu")

    class Meta:
        verbose_name = "événement de rendez-vous"
        verbose_name_plural = "événements de rendez-vous"
        constraints = [
            models.UniqueConstraint(fields=["appointment_id", "source"], name="appointment_event_once_per_message"),
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.appointment_id}"
