import uuid

from django.db import models
from django.db.models import Q

from passerelle.care.devices.rules.words import Origin, Settled


class Measure(models.Model):
    """A measure of a person's file; its id is that of its Observation in the record.

    `values` by LOINC code, in the units of the catalogue. Every key begins with or holds `measured_at`, so that the
    table may be cut by month. Only added; a measure judged false is marked, and its Observation too.
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    local_identity_id = models.UUIDField("identité locale")
    kind = models.CharField("mesure", max_length=20)
    measured_at = models.DateTimeField("mesuré à")
    values = models.JSONField("valeurs")
    origin = models.CharField("origine", max_length=12, choices=[(one.value, one.label) for one in Origin])
    device_id = models.UUIDField("appareil", null=True, blank=True)
    received_at = models.DateTimeField("reçu à")
    by_name = models.CharField("saisi par", max_length=200, blank=True, default="")
    voided_at = models.DateTimeField("jugé faux à", null=True, blank=True)

    class Meta:
        verbose_name = "mesure"
        constraints = [
            models.UniqueConstraint(fields=["device_id", "measured_at", "kind"], name="devices_measure_once"),
        ]
        indexes = [models.Index(fields=["local_identity_id", "kind", "measured_at"], name="devices_curve")]

    def __str__(self) -> str:
        return f"{self.kind} {self.measured_at:%Y-%m-%d %H:%M}"


class HeldMeasure(models.Model):
    """A message that could not be taken as a measure: kept whole, with where and why, until a person settles it."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    device_id = models.UUIDField("appareil dit", null=True, blank=True)
    establishment = models.CharField("établissement", max_length=50, blank=True, default="")
    topic = models.CharField("sujet", max_length=200, blank=True, default="")
    raw = models.BinaryField("message")
    digest = models.CharField("empreinte du message", max_length=64)
    received_at = models.DateTimeField("reçu à")
    code = models.CharField("raison", max_length=20)
    where = models.CharField("endroit", max_length=60)
    why = models.CharField("explication", max_length=400)
    settled_at = models.DateTimeField("réglé à", null=True, blank=True)
    settled_by = models.CharField("réglé par", max_length=200, blank=True, default="")
    decision = models.CharField(
        "décision", max_length=10, blank=True, default="", choices=[(one.value, one.label) for one in Settled]
    )
    note = models.CharField("précision", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "mesure à vérifier"
        verbose_name_plural = "mesures à vérifier"
        constraints = [
            models.UniqueConstraint(fields=["device_id", "digest"], name="devices_held_once", nulls_distinct=False),
        ]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(settled_at=None), name="devices_held_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.received_at:%Y-%m-%d %H:%M}"
