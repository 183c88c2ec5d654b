"""Kinds of appointment, and what is told about them: rows, not code."""

from django.db import models


class AppointmentKind(models.Model):
    """A kind of appointment of the group; `public_label` is what leaves the house: it tells nothing of a disease."""

    code = models.SlugField("code", max_length=40, primary_key=True)
    label = models.CharField("intitulé pour les équipes", max_length=120)
    public_label = models.CharField("intitulé sans détail médical", max_length=80)
    minutes = models.PositiveSmallIntegerField("durée (minutes)")
    books_online = models.BooleanField("réservable en ligne par le patient", default=False)
    books_at_desk = models.BooleanField("donné par l’accueil", default=True)
    books_from_town = models.BooleanField("réservable par le médecin de ville choisi", default=False)
    books_by_invitation = models.BooleanField("réservable sur invitation d’une équipe", default=False)
    siu_codes = models.JSONField("codes dans les messages", default=list, blank=True)
    is_active = models.BooleanField("proposé", default=True)

    class Meta:
        verbose_name = "nature de rendez-vous"
        verbose_name_plural = "natures de rendez-vous"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gte=5, minutes__lte=600), name="appointment_kind_minutes"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Instruction(models.Model):
    """What to do for a kind, at a site: the most exact row that says something of a part is followed.

    Without kind it is of the site, without site of the kind wherever it is. An empty text says nothing.
    """

    kind = models.ForeignKey(
        AppointmentKind, verbose_name="nature", on_delete=models.PROTECT, null=True, blank=True, related_name="advice"
    )
    site = models.CharField("site (code)", max_length=60, blank=True, default="")
    bring = models.TextField("à apporter (une chose par ligne)", blank=True, default="")
    fasting = models.TextField("à jeun", blank=True, default="")
    treatments = models.TextField("traitements", blank=True, default="")
    come = models.TextField("comment venir", blank=True, default="")
    call = models.CharField("qui appeler", max_length=200, blank=True, default="")
    phone = models.CharField("téléphone", max_length=20, blank=True, default="")

    class Meta:
        verbose_name = "consigne"
        verbose_name_plural = "consignes"
        constraints = [
            models.UniqueConstraint(fields=["kind", "site"], nulls_distinct=False, name="appointment_advice_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind_id or '*'} {self.site or '*'}"


CLASSIFICATION = {
    "AppointmentKind": {
        "code": "neutral",
        "label": "neutral",
        "public_label": "neutral",
        "minutes": "neutral",
        "books_online": "neutral",
        "books_at_desk": "neutral",
        "books_from_town": "neutral",
        "books_by_invitation": "neutral",
        "siu_codes": "neutral",
        "is_active": "neutral",
    },
    "Instruction": {
        "id": "neutral",
        "kind": "neutral",
        "site": "neutral",
        "bring": "neutral",
        "fasting": "neutral",
        "treatments": "neutral",
        "come": "neutral",
        "call": "neutral",
        "phone": "neutral",
    },
}
