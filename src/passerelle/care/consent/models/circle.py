"""Whom the patient lets in, and whom they keep out."""

from django.db import models
from django.db.models import Q

from passerelle.care.consent.models.base import Choice, period
from passerelle.care.consent.rules.vocabulary import Level, Scope

_NO_PROFESSIONAL = Q(rpps="", account_id=None)


class CareTeamMember(Choice):
    """Someone, or a whole place, that the patient chose for their care.

    A professional (by `rpps`, by `account_id`, or both), an establishment, or a unit of one.
    """

    rpps = models.CharField("RPPS", max_length=20, blank=True, default="")
    account_id = models.UUIDField("compte", null=True, blank=True)
    establishment = models.CharField("établissement", max_length=50, blank=True, default="")
    unit = models.CharField("unité fonctionnelle", max_length=50, blank=True, default="")
    label = models.CharField("nom montré", max_length=200)
    level = models.CharField("niveau", max_length=12, choices=[(one.value, one.label) for one in Level])
    is_main_doctor = models.BooleanField("médecin traitant", default=False)

    class Meta:
        db_table = "consent_careteam"
        verbose_name = "membre de l’équipe choisie"
        verbose_name_plural = "membres de l’équipe choisie"
        constraints = [
            period("consent_careteam_period"),
            models.CheckConstraint(
                condition=(~_NO_PROFESSIONAL & Q(establishment="", unit=""))
                | (_NO_PROFESSIONAL & ~Q(establishment="")),
                name="consent_careteam_whom",
            ),
            models.CheckConstraint(
                condition=Q(is_main_doctor=False) | ~_NO_PROFESSIONAL, name="consent_careteam_main_is_someone"
            ),
        ]
        indexes = [
            models.Index(fields=["person_id"], name="consent_careteam_person"),
            models.Index(fields=["rpps"], condition=~Q(rpps=""), name="consent_careteam_rpps"),
            models.Index(fields=["account_id"], condition=~Q(account_id=None), name="consent_careteam_account"),
            models.Index(fields=["establishment"], condition=~Q(establishment=""), name="consent_careteam_place"),
        ]


class Opposition(Choice):
    """What the patient refuses: one establishment, one professional, all sharing, or the emergency access."""

    scope = models.CharField("portée", max_length=14, choices=[(one.value, one.label) for one in Scope])
    establishment = models.CharField("établissement", max_length=50, blank=True, default="")
    rpps = models.CharField("RPPS", max_length=20, blank=True, default="")
    account_id = models.UUIDField("compte", null=True, blank=True)
    label = models.CharField("nom montré", max_length=200, blank=True, default="")

    class Meta:
        db_table = "consent_opposition"
        verbose_name = "opposition"
        constraints = [
            period("consent_opposition_period"),
            models.CheckConstraint(
                condition=(
                    Q(scope=Scope.ESTABLISHMENT.value, rpps="", account_id=None) & ~Q(establishment="")
                    | Q(scope=Scope.PROFESSIONAL.value, establishment="") & ~_NO_PROFESSIONAL
                    | Q(scope__in=[Scope.SHARING.value, Scope.EMERGENCY.value], establishment="") & _NO_PROFESSIONAL
                ),
                name="consent_opposition_to_what",
            ),
        ]
        indexes = [models.Index(fields=["person_id"], name="consent_opposition_person")]
