from django.db import models


class DmpChoice(models.Model):
    """A choice of a patient about the national record, as an establishment collected it. Rows are only added."""

    local_identity_id = models.UUIDField("identité locale")
    subject = models.CharField("objet", max_length=12)
    is_permitted = models.BooleanField("accepté")
    collected_at = models.DateTimeField("recueilli le")
    source = models.TextField("message")

    class Meta:
        verbose_name = "choix du patient"
        verbose_name_plural = "choix du patient"
        constraints = [
            models.UniqueConstraint(
                fields=["local_identity_id", "subject", "collected_at", "is_permitted"], name="dmp_choice_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.local_identity_id}"
