import uuid

from django.db import models
from django.db.models import F, Q

from passerelle.care.devices.models.following import Monitoring
from passerelle.care.devices.rules.words import Closing, Rule, Severity, Step


class Alert(models.Model):
    """An episode: one row from the first measure that crosses until a person closes it by an act that says what was
    done. More measures of the same episode count, they open nothing.
    """

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    monitoring = models.ForeignKey(
        Monitoring, on_delete=models.PROTECT, related_name="alerts", verbose_name="télésurveillance"
    )
    rule = models.CharField("règle", max_length=8, choices=[(one.value, one.label) for one in Rule])
    about = models.CharField("grandeur ou appareil", max_length=40)
    severity = models.CharField("gravité", max_length=6, choices=[(one.value, one.label) for one in Severity])
    rank = models.SmallIntegerField("rang de gravité")
    sentence = models.CharField("ce qui se passe", max_length=300)
    opened_at = models.DateTimeField("ouverte à")
    measured_at = models.DateTimeField("mesure à")
    last_at = models.DateTimeField("dernière mesure à")
    crossings = models.PositiveIntegerField("mesures de l’épisode", default=1)
    eased_at = models.DateTimeField("revenu dans les limites à", null=True, blank=True)
    due_at = models.DateTimeField("à prendre avant")
    taken_at = models.DateTimeField("prise à", null=True, blank=True)
    taken_by = models.UUIDField("prise par (compte)", null=True, blank=True)
    taken_name = models.CharField("prise par", max_length=200, blank=True, default="")
    second_line_at = models.DateTimeField("deuxième ligne prévenue à", null=True, blank=True)
    pilot_at = models.DateTimeField("pilote prévenu à", null=True, blank=True)
    closed_at = models.DateTimeField("close à", null=True, blank=True)
    closed_name = models.CharField("close par", max_length=200, blank=True, default="")
    closing = models.CharField(
        "acte", max_length=10, blank=True, default="", choices=[(one.value, one.label) for one in Closing]
    )
    done = models.TextField("ce qui a été fait", blank=True, default="")

    class Meta:
        verbose_name = "alerte"
        constraints = [
            models.UniqueConstraint(
                fields=["monitoring", "rule", "about"], condition=Q(closed_at=None), name="devices_one_alert_an_episode"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | (~Q(closing="") & ~Q(done="") & ~Q(closed_name="")),
                name="devices_closed_by_an_act",
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None, taken_name="") | (Q(taken_at__isnull=False) & ~Q(taken_name="")),
                name="devices_taken_by_a_name",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(taken_at__isnull=False, closed_at__gte=F("taken_at")),
                name="devices_taken_before_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["rank", "due_at"], condition=Q(closed_at=None), name="devices_open_alerts"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.about}"


class AlertStep(models.Model):
    """What happened to an alert, in order; only added."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="steps", verbose_name="alerte")
    what = models.CharField("quoi", max_length=12, choices=[(one.value, one.label) for one in Step])
    at = models.DateTimeField("quand")
    by_name = models.CharField("par", max_length=200, blank=True, default="")
    note = models.CharField("précision", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "étape d’une alerte"
        verbose_name_plural = "étapes d’une alerte"
        indexes = [models.Index(fields=["alert", "at"], name="devices_steps_of")]

    def __str__(self) -> str:
        return f"{self.what} {self.alert_id}"
