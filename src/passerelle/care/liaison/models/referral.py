import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from passerelle.care.liaison.rules.referrals import ReferralState, Urgency


class Referral(models.Model):
    """A patient addressed by a town doctor to a service: its ServiceRequest and Task are in the record."""

    id = models.UUIDField("identifiant", primary_key=True, default=uuid.uuid4, editable=False)
    task_id = models.UUIDField("tâche FHIR", default=uuid.uuid4)
    local_identity_id = models.UUIDField("identité locale")
    establishment = models.CharField("établissement", max_length=50)
    unit_code = models.CharField("code de l’unité", max_length=20, blank=True, default="")
    service_label = models.CharField("service demandé", max_length=160)
    urgency = models.CharField("urgence", max_length=10, choices=[(one.value, one.label) for one in Urgency])
    reason = models.TextField("motif")
    question = models.TextField("question posée", blank=True, default="")
    document_ids = ArrayField(models.UUIDField(), verbose_name="documents joints", default=list, blank=True)
    asked_by = models.CharField("demandé par", max_length=200)
    asked_by_account = models.UUIDField("compte du demandeur")
    asked_at = models.DateTimeField("demandé à")
    state = models.CharField("état", max_length=12, choices=[(one.value, one.label) for one in ReferralState])
    changed_at = models.DateTimeField("changé à")
    appointment_at = models.DateTimeField("rendez-vous donné", null=True, blank=True)
    appointment_place = models.CharField("lieu du rendez-vous", max_length=200, blank=True, default="")
    answer_document_id = models.UUIDField("document de réponse", null=True, blank=True)

    class Meta:
        verbose_name = "adressage"
        indexes = [
            models.Index(fields=["establishment", "state", "asked_at"], name="liaison_referral_listed"),
            models.Index(fields=["asked_by_account", "changed_at"], name="liaison_referral_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.service_label} {self.asked_at:%Y-%m-%d}"


class ReferralStep(models.Model):
    """Something that happened to a referral: who, when, and the words."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="steps", verbose_name="adressage")
    at = models.DateTimeField("quand")
    state = models.CharField("état", max_length=12, choices=[(one.value, one.label) for one in ReferralState])
    by_name = models.CharField("par", max_length=200)
    note = models.TextField("précision", blank=True, default="")

    class Meta:
        verbose_name = "étape d’un adressage"
        verbose_name_plural = "étapes d’un adressage"

    def __str__(self) -> str:
        return f"{self.state} {self.at:%Y-%m-%d %H:%M}"
