from django.conf import settings
from django.db import models


class ReadMark(models.Model):
    """That an account has read one version of a piece. Rows are only added: a newer version is unread again."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, verbose_name="compte", related_name="+", db_index=False
    )
    type = models.TextField("type FHIR")
    resource_id = models.UUIDField("ressource")
    version = models.IntegerField("version")
    read_at = models.DateTimeField("lu le")

    class Meta:
        verbose_name = "marque de lecture"
        verbose_name_plural = "marques de lecture"
        constraints = [
            models.UniqueConstraint(fields=["account", "resource_id", "type", "version"], name="record_read_once"),
        ]

    def __str__(self) -> str:
        return f"{self.type}/{self.resource_id}/_history/{self.version}"
