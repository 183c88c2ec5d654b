from django.db import models
from django.db.models import Q


class ProjectState(models.TextChoices):
    PROPOSED = "proposed", "Proposé"
    SUBMITTED = "submitted", "Soumis au comité"
    RUNNING = "running", "En cours"
    ENDED = "ended", "Terminé"


class StartOrigin(models.TextChoices):
    SOURCE = "source", "Document source"
    SIMULATED = "simulated", "Simulée pour la démonstration"
    UNKNOWN = "unknown", "Non précisée par la source"


class Direction(models.TextChoices):
    LOWER = "lower", "Baisse attendue"
    HIGHER = "higher", "Hausse attendue"


class Project(models.Model):
    code = models.SlugField("code", primary_key=True)
    rank = models.PositiveSmallIntegerField("rang de présentation")
    title = models.CharField("intitulé", max_length=160)
    objective = models.TextField("objectif")
    budget_cents = models.PositiveBigIntegerField("budget, en centimes d’euro")
    sponsor = models.CharField("mécène", max_length=120, blank=True, default="")
    sponsor_note = models.TextField("remarque sur le mécène", blank=True, default="")
    care_network = models.CharField("filière", max_length=120, blank=True, default="")
    indicator_code = models.SlugField("indicateur suivi", blank=True, default="")
    expected_direction = models.CharField(
        "effet attendu", max_length=10, choices=Direction.choices, blank=True, default=""
    )
    expected_effect = models.TextField("effet attendu, en clair", blank=True, default="")
    source_year = models.PositiveSmallIntegerField("année citée par la source", null=True, blank=True)
    started_on = models.DateField("début", null=True, blank=True)
    start_origin = models.CharField(
        "origine du début", max_length=10, choices=StartOrigin.choices, default=StartOrigin.UNKNOWN
    )
    state = models.CharField("état", max_length=10, choices=ProjectState.choices)
    source = models.CharField("source", max_length=200)
    source_note = models.TextField("remarque sur la source", blank=True, default="")

    class Meta:
        verbose_name = "projet"
        verbose_name_plural = "projets"
        constraints = [
            models.CheckConstraint(
                condition=Q(started_on=None, start_origin="unknown")
                | Q(started_on__isnull=False) & ~Q(start_origin="unknown"),
                name="projects_start_says_where_it_comes_from",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProjectSite(models.Model):
    project = models.ForeignKey(Project, models.CASCADE, related_name="sites", verbose_name="projet")
    site = models.ForeignKey("directory.Site", models.PROTECT, related_name="+", verbose_name="site")

    class Meta:
        verbose_name = "site de projet"
        verbose_name_plural = "sites de projet"
        constraints = [
            models.UniqueConstraint(fields=["project", "site"], name="projects_site_once"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}, {self.site_id}"


CLASSIFICATION: dict[str, dict[str, str]] = {
    "Project": dict.fromkeys(
        (
            "code",
            "rank",
            "title",
            "objective",
            "budget_cents",
            "sponsor",
            "sponsor_note",
            "care_network",
            "indicator_code",
            "expected_direction",
            "expected_effect",
            "source_year",
            "started_on",
            "start_origin",
            "state",
            "source",
            "source_note",
        ),
        "neutral",
    ),
    "ProjectSite": dict.fromkeys(("id", "project", "site"), "neutral"),
}
