from django.apps import AppConfig


class FormsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.forms"
    label = "forms"
    verbose_name = "questionnaires"

    def ready(self) -> None:
        from passerelle.care.forms.library import register_own  # noqa: PLC0415 - models must be loaded first
        from passerelle.care.forms.selectors.acts import acts  # noqa: PLC0415
        from passerelle.care.savings import api as savings  # noqa: PLC0415

        register_own()
        savings.register_acts("questionnaire-answered", acts)
