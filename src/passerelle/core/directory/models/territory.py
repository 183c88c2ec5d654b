from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, QuerySet


class Listed(models.Model):
    """A row carried by the territory file: it is never deleted, only marked absent when the file drops it."""

    absent_since = models.DateTimeField("absent du fichier depuis", null=True, blank=True, default=None)

    class Meta:
        abstract = True


class Source(models.Model):
    """A document, or our own simulation, from which the rows of the directory come."""

    code = models.SlugField("code", primary_key=True)
    title = models.CharField("titre", max_length=200)
    nature = models.CharField("nature", max_length=60)
    is_official = models.BooleanField("document officiel")

    class Meta:
        verbose_name = "source"
        verbose_name_plural = "sources"

    def __str__(self) -> str:
        return self.title


class Territory(Listed):
    code = models.SlugField("code", primary_key=True)
    name = models.CharField("nom", max_length=120)
    group_name = models.CharField("nom du groupement", max_length=160)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="source")

    class Meta:
        verbose_name = "territoire"
        verbose_name_plural = "territoires"

    def __str__(self) -> str:
        return self.name


class TerritoryFigure(Listed):
    territory = models.ForeignKey(Territory, models.CASCADE, related_name="figures", verbose_name="territoire")
    code = models.SlugField("code")
    label = models.CharField("libellé", max_length=160)
    value = models.DecimalField("valeur", max_digits=14, decimal_places=2)
    unit = models.CharField("unité", max_length=30)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="source")

    class Meta:
        verbose_name = "chiffre du territoire"
        verbose_name_plural = "chiffres du territoire"
        constraints = [
            models.UniqueConstraint(fields=["territory", "code"], name="directory_figure_once"),
        ]

    def __str__(self) -> str:
        return self.label


class EstablishmentKind(models.TextChoices):
    UNIVERSITY = "chu", "Centre hospitalier universitaire"
    INTERCOMMUNAL = "chi", "Centre hospitalier intercommunal"
    GENERAL = "ch", "Centre hospitalier"
    LOCAL = "local", "Hôpital de proximité"
    PSYCHIATRIC = "psychiatrie", "Centre hospitalier spécialisé en psychiatrie"
    GERIATRIC = "geriatrie", "Centre gérontologique"
    MILITARY = "militaire", "Hôpital d’instruction des armées"
    TEST = "essai", "Établissement d’essai"


class EstablishmentRole(models.TextChoices):
    SUPPORT = "support", "Établissement support"
    PARTY = "partie", "Établissement partie"
    ASSOCIATED = "associe", "Établissement associé"
    TEST = "essai", "Essai, hors du groupement"


class EstablishmentQuerySet(QuerySet["Establishment"]):
    def listed(self) -> "EstablishmentQuerySet":
        return self.filter(absent_since=None)

    def in_group(self) -> "EstablishmentQuerySet":
        """Keep the parties and the associated hospital: the test establishment never counts."""
        return self.listed().exclude(role=EstablishmentRole.TEST)


class Establishment(Listed):
    code = models.SlugField("code", primary_key=True)
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="establishments", verbose_name="territoire")
    rank = models.PositiveSmallIntegerField("rang de présentation")
    name = models.CharField("nom", max_length=120)
    short_name = models.CharField("nom court", max_length=40)
    aliases = ArrayField(models.CharField(max_length=60), verbose_name="autres noms", default=list, blank=True)
    kind = models.CharField("nature", max_length=20, choices=EstablishmentKind.choices)
    role = models.CharField("rôle dans le groupement", max_length=10, choices=EstablishmentRole.choices)
    city = models.CharField("ville", max_length=80)
    finess = models.CharField("FINESS juridique", max_length=9, unique=True)
    finess_is_fictitious = models.BooleanField("FINESS fictif")
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="source")
    to_confirm = ArrayField(
        models.CharField(max_length=30), verbose_name="champs à confirmer", default=list, blank=True
    )

    objects = EstablishmentQuerySet.as_manager()

    class Meta:
        verbose_name = "établissement"
        verbose_name_plural = "établissements"
        constraints = [
            models.CheckConstraint(condition=Q(finess__regex=r"^[0-9AB]{9}$"), name="directory_establishment_finess"),
            models.UniqueConstraint(
                fields=["territory"], condition=Q(role="support"), name="directory_one_support_establishment"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Site(Listed):
    code = models.SlugField("code", primary_key=True)
    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="sites", verbose_name="établissement")
    rank = models.PositiveSmallIntegerField("rang de présentation")
    name = models.CharField("nom", max_length=120)
    city = models.CharField("ville", max_length=80)
    finess = models.CharField("FINESS géographique", max_length=9, unique=True)
    finess_is_fictitious = models.BooleanField("FINESS fictif")
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="source")
    to_confirm = ArrayField(
        models.CharField(max_length=30), verbose_name="champs à confirmer", default=list, blank=True
    )

    class Meta:
        verbose_name = "site"
        verbose_name_plural = "sites"
        constraints = [
            models.CheckConstraint(condition=Q(finess__regex=r"^[0-9AB]{9}$"), name="directory_site_finess"),
        ]

    def __str__(self) -> str:
        return self.name


class SubTerritory(Listed):
    code = models.SlugField("code", primary_key=True)
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="sub_territories", verbose_name="territoire")
    name = models.CharField("nom", max_length=80)
    sites = models.ManyToManyField(Site, related_name="sub_territories", verbose_name="sites")
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="source")

    class Meta:
        verbose_name = "sous-territoire"
        verbose_name_plural = "sous-territoires"

    def __str__(self) -> str:
        return self.name


class UnitKind(models.TextChoices):
    EMERGENCY = "urgences", "Urgences"
    MEDICINE = "medecine", "Médecine"
    SURGERY = "chirurgie", "Chirurgie"
    OBSTETRICS = "obstetrique", "Obstétrique"
    CRITICAL_CARE = "critiques", "Soins critiques"
    DAY = "ambulatoire", "Ambulatoire"
    PSYCHIATRY = "psychiatrie", "Psychiatrie"
    REHABILITATION = "smr", "Soins médicaux et de réadaptation"
    GERIATRICS = "geriatrie", "Gériatrie"
    PAEDIATRICS = "pediatrie", "Pédiatrie"
    TECHNICAL = "plateau", "Plateau technique"
    OTHER = "autre", "Non précisée"


class Unit(Listed):
    """A functional unit (UF): its code is unique inside its establishment, as in ZBE-7."""

    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="units", verbose_name="établissement")
    code = models.CharField("code UF", max_length=20)
    site = models.ForeignKey(Site, models.PROTECT, related_name="units", verbose_name="site")
    label = models.CharField("libellé", max_length=120)
    specialty = models.SlugField("spécialité")
    kind = models.CharField("nature", max_length=20, choices=UnitKind.choices)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="source")

    class Meta:
        verbose_name = "unité fonctionnelle"
        verbose_name_plural = "unités fonctionnelles"
        constraints = [
            models.UniqueConstraint(fields=["establishment", "code"], name="directory_unit_once"),
        ]

    def __str__(self) -> str:
        return self.label


class Professional(Listed):
    rpps = models.CharField("RPPS", primary_key=True, max_length=11)
    rpps_is_fictitious = models.BooleanField("RPPS fictif")
    family_name = models.CharField("nom", max_length=80)
    given_name = models.CharField("prénom", max_length=80)
    profession = models.CharField("profession", max_length=60)
    specialty = models.SlugField("spécialité", blank=True)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="source")
    establishments = models.ManyToManyField(
        Establishment, through="Employment", related_name="professionals", verbose_name="établissements"
    )

    class Meta:
        verbose_name = "professionnel"
        verbose_name_plural = "professionnels"
        constraints = [
            models.CheckConstraint(condition=Q(rpps__regex=r"^[0-9]{11}$"), name="directory_professional_rpps"),
        ]
        indexes = [models.Index(fields=["family_name", "given_name"], name="directory_professional_name")]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"


class Employment(models.Model):
    professional = models.ForeignKey(
        Professional, models.CASCADE, related_name="employments", verbose_name="professionnel"
    )
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="employments", verbose_name="établissement"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="employments", verbose_name="unité", null=True, blank=True
    )

    class Meta:
        verbose_name = "exercice"
        verbose_name_plural = "exercices"
        constraints = [
            models.UniqueConstraint(fields=["professional", "establishment"], name="directory_employment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.professional_id} · {self.establishment_id}"


class AuthorityKind(models.TextChoices):
    PATIENT = "PI", "IPP"
    ACCOUNT = "AN", "NDA"
    VISIT = "VN", "Numéro de venue"


class AssigningAuthority(Listed):
    """The authority under which an establishment numbers its patients (PI), files (AN) or visits (VN)."""

    namespace = models.CharField("espace de nommage", max_length=60)
    universal_id = models.CharField("identifiant universel", max_length=80)
    kind = models.CharField("nature", max_length=2, choices=AuthorityKind.choices)
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="authorities", verbose_name="établissement"
    )

    class Meta:
        verbose_name = "autorité d’affectation"
        verbose_name_plural = "autorités d’affectation"
        constraints = [
            models.UniqueConstraint(fields=["namespace", "universal_id", "kind"], name="directory_authority_once"),
        ]

    def __str__(self) -> str:
        return f"{self.namespace} {self.kind}"


class SendingFacility(Listed):
    """A facility code as it stands in MSH-4, and the establishment that speaks under it."""

    code = models.CharField("code (MSH-4)", primary_key=True, max_length=60)
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="facilities", verbose_name="établissement"
    )

    class Meta:
        verbose_name = "émetteur"
        verbose_name_plural = "émetteurs"

    def __str__(self) -> str:
        return self.code


class Partner(Listed):
    code = models.SlugField("code", primary_key=True)
    name = models.CharField("nom", max_length=120)
    kind = models.CharField("nature", max_length=80)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="source")
    to_confirm = ArrayField(
        models.CharField(max_length=30), verbose_name="champs à confirmer", default=list, blank=True
    )

    class Meta:
        verbose_name = "partenaire"
        verbose_name_plural = "partenaires"

    def __str__(self) -> str:
        return self.name
