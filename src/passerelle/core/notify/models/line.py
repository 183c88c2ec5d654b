from django.db import models


class Line(models.Model):
    """How a gateway fares: its circuit breaker, its rhythm, whether somebody suspended it."""

    code = models.CharField("passerelle", primary_key=True, max_length=20)
    circuit = models.CharField("disjoncteur", max_length=10, db_default="closed")
    failures = models.PositiveIntegerField("échecs de suite", db_default=0)
    retry_at = models.DateTimeField("prochain essai", null=True, blank=True)
    next_slot_at = models.DateTimeField("prochain envoi permis", null=True, blank=True)
    paused_at = models.DateTimeField("suspendue le", null=True, blank=True)
    paused_by = models.CharField("suspendue par", max_length=200, blank=True, db_default="")
    paused_reason = models.CharField("motif de la suspension", max_length=300, blank=True, db_default="")
    last_success_at = models.DateTimeField("dernier succès", null=True, blank=True)
    last_receipt_at = models.DateTimeField("dernier accusé", null=True, blank=True)
    last_error_at = models.DateTimeField("dernière erreur", null=True, blank=True)
    last_error = models.CharField("dernière erreur, en clair", max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = "ligne vers une passerelle"

    def __str__(self) -> str:
        return self.code
