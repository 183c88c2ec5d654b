from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q


class ValidityRange(Func):
    """The half-open period of a row, as PostgreSQL's date range."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self) -> None:
        super().__init__(F("valid_from"), F("valid_until"), RangeBoundary())


class LegalParameter(models.Model):
    """A threshold, a delay or a rule, with the text it comes from and the days it is in force."""

    key = models.CharField("clé", max_length=80)
    label = models.CharField("libellé", max_length=200)
    value = models.JSONField("valeur")
    unit = models.CharField("unité", max_length=40)
    valid_from = models.DateField("en vigueur du")
    valid_until = models.DateField("jusqu’au (exclu)", null=True, blank=True)
    source = models.CharField("source", max_length=400)
    is_house_rule = models.BooleanField("règle de la maison")
    check_by = models.DateField("à vérifier avant")

    class Meta:
        verbose_name = "paramètre"
        verbose_name_plural = "paramètres"
        constraints = [
            ExclusionConstraint(
                name="parameters_one_value_a_day",
                expressions=[("key", RangeOperators.EQUAL), (ValidityRange(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="parameters_period_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.key


CLASSIFICATION: dict[str, dict[str, str]] = {
    "LegalParameter": dict.fromkeys(
        (
            "id", "key", "label", "value", "unit", "valid_from", "valid_until", "source", "is_house_rule", "check_by",
        ),
        "neutral",
    ),
}  # fmt: skip
