from django.apps import AppConfig

from passerelle.core.ui.api import NavEntry, register_navigation


class DirectoryConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.core.directory"
    label = "directory"

    def ready(self) -> None:
        entry = NavEntry(
            label="Annuaire",
            url_name="directory:establishments",
            icon="directory",
            order=80,
            summary="Les établissements, leurs sites, leurs unités et leurs professionnels.",
        )
        for space in ("soins", "pilotage"):
            register_navigation(space, entry)
