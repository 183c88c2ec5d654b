"""Who stands beside the patient, and who hides them."""

from django.db import models
from django.db.models import F, Q

from passerelle.care.consent.models.base import Choice, period
from passerelle.care.consent.rules.vocabulary import Acceptance, Nature, ProtectionReason


class TrustedPerson(Choice):
    """The *personne de confiance* (CSP, art. L. 1111-6): told to the hospital, opens no record by itself."""

    name = models.CharField("nom et prénom", max_length=200)
    tie = models.CharField("lien avec la personne", max_length=100, blank=True, default="")
    phone = models.CharField("téléphone", max_length=30, blank=True, default="")
    email = models.EmailField("adresse électronique", blank=True, default="")
    acceptance = models.CharField("accord", max_length=8, choices=[(one.value, one.label) for one in Acceptance])

    class Meta:
        db_table = "consent_trustedperson"
        verbose_name = "personne de confiance"
        verbose_name_plural = "personnes de confiance"
        constraints = [
            period("consent_trusted_period"),
            models.CheckConstraint(condition=~Q(phone="") | ~Q(email=""), name="consent_trusted_can_be_reached"),
        ]
        indexes = [models.Index(fields=["person_id"], name="consent_trusted_person")]


class Representation(Choice):
    """`representative_id` stands for `person_id`; for a minor it ends on the eighteenth birthday by itself."""

    representative_id = models.UUIDField("représentant (personne)")
    nature = models.CharField("à quel titre", max_length=16, choices=[(one.value, one.label) for one in Nature])
    evidence = models.CharField("pièce vue", max_length=200, blank=True, default="")

    class Meta:
        db_table = "consent_representation"
        verbose_name = "représentation"
        constraints = [
            period("consent_representation_period"),
            models.CheckConstraint(condition=~Q(person_id=F("representative_id")), name="consent_represents_another"),
            models.CheckConstraint(
                condition=Q(nature=Nature.ADULT_GUARDIAN.value) | Q(ends_at__isnull=False),
                name="consent_minor_represented_until",
            ),
        ]
        indexes = [
            models.Index(fields=["person_id"], name="consent_represented"),
            models.Index(fields=["representative_id"], name="consent_representative"),
        ]


class ProtectedIdentity(Choice):
    """A person whose presence must not be told: found by those who treat them only."""

    reason = models.CharField("raison", max_length=16, choices=[(one.value, one.label) for one in ProtectionReason])

    class Meta:
        db_table = "consent_protectedidentity"
        verbose_name = "identité protégée"
        verbose_name_plural = "identités protégées"
        constraints = [period("consent_protected_period")]
        indexes = [models.Index(fields=["person_id"], name="consent_protected_person")]
