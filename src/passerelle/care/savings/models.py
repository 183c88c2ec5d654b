"""What an act is worth in minutes since when, how many were counted, and the hours they are a share of."""

import uuid

from django.core.validators import MinValueValidator
from django.db import models

CLASSIFICATION = {
    "Timing": {
        "id": "neutral",
        "act": "neutral",
        "minutes": "neutral",
        "since": "neutral",
        "source": "neutral",
        "entered_by": "identifying",
        "entered_at": "neutral",
    },
    "OfficeHours": {
        "id": "neutral",
        "establishment": "neutral",
        "hours": "neutral",
        "since": "neutral",
        "source": "neutral",
        "entered_by": "identifying",
        "entered_at": "neutral",
    },
    "ActCount": {
        "id": "neutral",
        "act": "neutral",
        "establishment": "neutral",
        "month": "neutral",
        "count": "neutral",
        "counted_at": "neutral",
    },
}


class Timing(models.Model):
    """Minutes of the paper act that an act replaces, from the month `since` until the next row of that act."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.SlugField(max_length=40)
    minutes = models.DecimalField(max_digits=5, decimal_places=1, validators=[MinValueValidator(0)])
    since = models.DateField()
    source = models.CharField(max_length=300)
    entered_by = models.CharField(max_length=120)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "since"], name="savings_timing_once"),
            models.CheckConstraint(condition=models.Q(minutes__gte=0), name="savings_timing_not_negative"),
            models.CheckConstraint(condition=models.Q(since__day=1), name="savings_timing_whole_months"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.minutes} min"


class OfficeHours(models.Model):
    """Hours a month that an establishment spends on paper without the patient, from the month `since`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.SlugField(max_length=40)
    hours = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    since = models.DateField()
    source = models.CharField(max_length=300)
    entered_by = models.CharField(max_length=120)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["establishment", "since"], name="savings_hours_once"),
            models.CheckConstraint(condition=models.Q(hours__gte=1), name="savings_hours_some"),
            models.CheckConstraint(condition=models.Q(since__day=1), name="savings_hours_whole_months"),
        ]

    def __str__(self) -> str:
        return f"{self.establishment} {self.hours} h"


class ActCount(models.Model):
    """Acts of a kind that an establishment did in a month, as counted at a moment."""

    id = models.BigAutoField(primary_key=True)
    act = models.SlugField(max_length=40)
    establishment = models.SlugField(max_length=40)
    month = models.DateField()
    count = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "establishment", "act"], name="savings_count_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="savings_count_whole_months"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.month} {self.count}"
