from django.apps import AppConfig

from passerelle.core.ui.api import Finder, NavEntry, register_finder, register_navigation


class ProjectsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.cooperation.projects"
    label = "projects"
    verbose_name = "Projets"

    def ready(self) -> None:
        from passerelle.cooperation.governance.api import register_exhibit  # noqa: PLC0415 - models are ready only now
        from passerelle.cooperation.projects.selectors.projects import SUBJECT_KIND, exhibit, found  # noqa: PLC0415
        from passerelle.core.access.api import Act, Kind  # noqa: PLC0415

        register_exhibit(SUBJECT_KIND, exhibit)
        register_finder(Finder(title="Projets", find=found, kind=Kind.PROJECT, action=Act.READ, order=20))
        register_navigation(
            "pilotage",
            NavEntry(
                label="Projets",
                url_name="projects:projects",
                icon="project",
                kind=Kind.PROJECT,
                action=Act.SEARCH,
                order=10,
                summary="Les projets du groupement et ce qui est mesuré de leurs effets.",
            ),
        )
