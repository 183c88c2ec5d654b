"""The journal. Its tables are made by SQL (migration 0001): Django neither alters nor empties them.

`managed = False` keeps `flush` away from tables whose triggers refuse TRUNCATE, so tests run against the very
triggers of production, without a switch that could be left open.
"""

from django.db import models


class AuditEvent(models.Model):
    """A fact, written once. Readable as soon as it is recorded; chained when its transaction commits."""

    id = models.BigAutoField(primary_key=True)
    shard = models.SmallIntegerField("chaîne")
    at = models.DateTimeField("moment")
    action = models.CharField("action", max_length=40)
    outcome = models.CharField("issue", max_length=10)
    account_id = models.UUIDField("compte", null=True)
    actor_name = models.CharField("acteur", max_length=200)
    role = models.CharField("rôle", max_length=40)
    establishment = models.CharField("établissement", max_length=50)
    person_id = models.UUIDField("personne concernée", null=True)
    target = models.CharField("objet", max_length=200)
    reason = models.CharField("motif", max_length=300)
    detail = models.JSONField("précisions")
    digest = models.BinaryField("empreinte", max_length=32)

    class Meta:
        managed = False
        db_table = "audit_event"
        verbose_name = "événement du journal"
        verbose_name_plural = "événements du journal"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action}"


class AuditLink(models.Model):
    """The place of an event in its chain: `hash = SHA-256(previous hash ‖ digest of the event)`."""

    event = models.OneToOneField(AuditEvent, models.DO_NOTHING, primary_key=True, verbose_name="événement")
    shard = models.SmallIntegerField("chaîne")
    sequence = models.BigIntegerField("rang")
    hash = models.BinaryField("empreinte chaînée", max_length=32)

    class Meta:
        managed = False
        db_table = "audit_link"
        verbose_name = "maillon du journal"
        verbose_name_plural = "maillons du journal"

    def __str__(self) -> str:
        return f"{self.shard}/{self.sequence}"


class AuditHead(models.Model):
    """The last link of each chain."""

    shard = models.SmallIntegerField("chaîne", primary_key=True)
    sequence = models.BigIntegerField("rang")
    hash = models.BinaryField("empreinte chaînée", max_length=32)

    class Meta:
        managed = False
        db_table = "audit_head"
        verbose_name = "tête de chaîne du journal"
        verbose_name_plural = "têtes de chaîne du journal"

    def __str__(self) -> str:
        return f"{self.shard}/{self.sequence}"


CLASSIFICATION = {
    "AuditEvent": {
        "id": "neutral",
        "shard": "neutral",
        "at": "neutral",
        "action": "neutral",
        "outcome": "neutral",
        "account_id": "identifying",
        "actor_name": "identifying",
        "role": "neutral",
        "establishment": "neutral",
        "person_id": "identifying",
        "target": "identifying",
        "reason": "identifying",
        "detail": "identifying",
        "digest": "neutral",
    },
    "AuditLink": {"event": "neutral", "shard": "neutral", "sequence": "neutral", "hash": "neutral"},
    "AuditHead": {"shard": "neutral", "sequence": "neutral", "hash": "neutral"},
}
