from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.exchange"
    label = "exchange"
    verbose_name = "échanges"

    def ready(self) -> None:
        from passerelle.care.channels.api import register_trials  # noqa: PLC0415 - models are ready only now
        from passerelle.care.exchange.awaiting import messages_awaiting  # noqa: PLC0415 - models are ready only now
        from passerelle.care.exchange.effects import register_effects  # noqa: PLC0415 - the same
        from passerelle.care.exchange.handlers import register_handler  # noqa: PLC0415 - the same
        from passerelle.care.exchange.selectors import raw_bytes  # noqa: PLC0415 - the same
        from passerelle.care.exchange.structure import NAME, ORDER, effects, handle  # noqa: PLC0415 - the same
        from passerelle.care.exchange.trying import try_message  # noqa: PLC0415 - the same
        from passerelle.core.access.api import Act, Kind  # noqa: PLC0415 - applications are loaded first
        from passerelle.core.ui.api import NavEntry, Space, register_navigation  # noqa: PLC0415

        register_handler(handle, order=ORDER, name=NAME)
        register_trials(run=try_message, find=raw_bytes)
        register_effects(effects, order=ORDER, name=NAME)
        register_navigation(
            Space.CARE,
            NavEntry(
                label="Échanges",
                url_name="exchange:home",
                icon="exchange",
                kind=Kind.MESSAGE,
                action=Act.SEARCH,
                order=60,
                summary="Voir ce qui ne va pas, trouver un message, comprendre une erreur, relancer.",
                awaits=messages_awaiting,
            ),
        )
