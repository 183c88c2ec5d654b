from django.apps import AppConfig


class MatchingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.matching"
    label = "matching"
    verbose_name = "rapprochement"

    def ready(self) -> None:
        from passerelle.care.exchange.api import register_handler, register_idle_work  # noqa: PLC0415 - models are ready
        from passerelle.care.matching.inbound import handle  # noqa: PLC0415
        from passerelle.care.matching.services.turn import match_waiting  # noqa: PLC0415

        register_handler(handle, order=15, name="matching")
        register_idle_work(match_waiting, name="matching")
