"""Calendar feeds: an address that whoever knows it may read, until it is revoked."""

import uuid

from django.db import models


class FeedToken(models.Model):
    """The feed of a person's appointments, made by an account; only the digest of its address is kept."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    account_id = models.UUIDField("compte")
    person_id = models.UUIDField("personne")
    digest = models.CharField("empreinte", max_length=64, unique=True)
    shows_place = models.BooleanField("montre le lieu", default=True)
    made_at = models.DateTimeField("créé le")
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)
    read_at = models.DateTimeField("lu la dernière fois le", null=True, blank=True)

    class Meta:
        verbose_name = "flux d’agenda"
        verbose_name_plural = "flux d’agenda"
        indexes = [models.Index(fields=["account_id", "person_id"], name="feed_of_account")]

    def __str__(self) -> str:
        return f"{self.id}"


CLASSIFICATION = {
    "FeedToken": {
        "id": "neutral",
        "account_id": "identifying",
        "person_id": "identifying",
        "digest": "neutral",
        "shows_place": "neutral",
        "made_at": "neutral",
        "revoked_at": "neutral",
        "read_at": "neutral",
    },
}
