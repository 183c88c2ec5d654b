from django.apps import AppConfig

from passerelle.core.ui.api import NavEntry, register_navigation


class ParametersConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.core.parameters"
    label = "parameters"

    def ready(self) -> None:
        register_navigation(
            "pilotage",
            NavEntry(
                label="Paramètres",
                url_name="parameters:list",
                icon="parameter",
                order=90,
                summary="Les seuils, délais et règles en vigueur, avec leur source.",
            ),
        )
