"""What the patient, or the minor, puts aside in the record. The resource itself stays as it is."""

from django.db import models

from passerelle.care.consent.models.base import Choice, period
from passerelle.care.consent.rules.vocabulary import Item


class MaskedDocument(Choice):
    """A document the patient hides from professionals (its author's team and the level « all_masked » keep it)."""

    document_id = models.UUIDField("document")
    title = models.CharField("titre", max_length=300, blank=True, default="")

    class Meta:
        db_table = "consent_maskeddocument"
        verbose_name = "document masqué"
        verbose_name_plural = "documents masqués"
        constraints = [period("consent_masked_period")]
        indexes = [
            models.Index(fields=["person_id"], name="consent_masked_person"),
            models.Index(fields=["document_id"], name="consent_masked_document"),
        ]


class MinorSecret(Choice):
    """Care the minor asked to keep secret from their parents, as the doctor noted it (CSP, art. L. 1111-5)."""

    item = models.CharField("quoi", max_length=12, choices=[(one.value, one.label) for one in Item])
    item_id = models.UUIDField("lequel")
    is_noted = models.BooleanField("noté par le médecin", default=False)

    class Meta:
        db_table = "consent_minorsecret"
        verbose_name = "soin tenu secret à la demande du mineur"
        verbose_name_plural = "soins tenus secrets à la demande du mineur"
        constraints = [period("consent_secret_period")]
        indexes = [
            models.Index(fields=["person_id"], name="consent_secret_person"),
            models.Index(fields=["item_id"], name="consent_secret_item"),
        ]
