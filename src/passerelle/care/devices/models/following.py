import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q

from passerelle.care.devices.models.device import TsTzRange
from passerelle.care.devices.rules.words import Rule, Severity

_RULES = [(one.value, one.label) for one in Rule]
_SEVERITIES = [(one.value, one.label) for one in Severity]


class Monitoring(models.Model):
    """A team follows a person's file from afar, over `[since, until)`: one team of an establishment at a time."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    local_identity_id = models.UUIDField("identité locale")
    establishment = models.CharField("établissement", max_length=50)
    team = models.CharField("équipe", max_length=120)
    phone = models.CharField("téléphone de l’équipe", max_length=30, blank=True, default="")
    protocol = models.CharField("protocole", max_length=40)
    since = models.DateTimeField("depuis")
    until = models.DateTimeField("jusqu’à", null=True, blank=True)
    by_account = models.UUIDField("prescrit par (compte)", null=True, blank=True)
    by_name = models.CharField("prescrit par", max_length=200)
    ended_by = models.CharField("arrêté par", max_length=200, blank=True, default="")
    ended_why = models.CharField("raison de l’arrêt", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "télésurveillance d’une personne"
        constraints = [
            ExclusionConstraint(
                name="devices_one_monitoring",
                expressions=[
                    ("local_identity_id", RangeOperators.EQUAL),
                    (TsTzRange(F("since"), F("until"), RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="devices_monitoring_lasts"),
        ]
        indexes = [models.Index(fields=["establishment"], condition=Q(until=None), name="devices_monitored_now")]

    def __str__(self) -> str:
        return f"{self.team} {self.since:%Y-%m-%d}"


class Threshold(models.Model):
    """A limit in force for a person over `[since, until)`, set by a professional or proposed by the protocol."""

    monitoring = models.ForeignKey(
        Monitoring, on_delete=models.PROTECT, related_name="thresholds", verbose_name="télésurveillance"
    )
    quantity = models.CharField("grandeur", max_length=20)
    rule = models.CharField("règle", max_length=8, choices=_RULES)
    severity = models.CharField("gravité", max_length=6, choices=_SEVERITIES)
    value = models.DecimalField("valeur", max_digits=10, decimal_places=3, null=True, blank=True)
    hours = models.PositiveIntegerField("en heures", null=True, blank=True)
    since = models.DateTimeField("depuis")
    until = models.DateTimeField("jusqu’à", null=True, blank=True)
    by_name = models.CharField("fixé par", max_length=200)
    reason = models.CharField("raison", max_length=300, blank=True, default="")
    ended_by = models.CharField("remplacé par", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "seuil"
        constraints = [
            models.UniqueConstraint(
                fields=["monitoring", "quantity", "rule", "severity"],
                condition=Q(until=None),
                name="devices_one_threshold",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | Q(hours__isnull=False), name="devices_threshold_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.quantity}"


class Share(models.Model):
    """A person lets somebody close see their measures over `[since, until)`.

    It begins as a code that the person gives; whoever enters it in their own space becomes the carer.
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField("personne")
    carer_id = models.UUIDField("proche", null=True, blank=True)
    label = models.CharField("nom donné au proche", max_length=80)
    shown_name = models.CharField("nom montré au proche", max_length=120)
    code_digest = models.CharField("empreinte du code", max_length=64, unique=True)
    code_until = models.DateTimeField("code valable jusqu’à")
    since = models.DateTimeField("depuis")
    accepted_at = models.DateTimeField("accepté à", null=True, blank=True)
    until = models.DateTimeField("jusqu’à", null=True, blank=True)

    class Meta:
        verbose_name = "partage avec un proche"
        verbose_name_plural = "partages avec des proches"
        indexes = [
            models.Index(fields=["person_id"], name="devices_shares_of"),
            models.Index(fields=["carer_id"], name="devices_shares_with"),
        ]

    def __str__(self) -> str:
        return str(self.id)
