from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.delivery"
    label = "delivery"
    verbose_name = "envois"

    def ready(self) -> None:
        from passerelle.care.delivery.inbound import forward  # noqa: PLC0415 - models are ready only now
        from passerelle.care.delivery.navigation import register  # noqa: PLC0415
        from passerelle.care.delivery.selectors import retries, telling  # noqa: PLC0415
        from passerelle.care.delivery.services.answers import file_answer  # noqa: PLC0415
        from passerelle.care.delivery.services.deciding import retry_of_run  # noqa: PLC0415
        from passerelle.care.delivery.services.teller import listen_to  # noqa: PLC0415
        from passerelle.care.exchange import api as exchange  # noqa: PLC0415 - applications are loaded first

        register()
        exchange.register_handler(listen_to, order=1, name="delivery-teller")
        exchange.register_handler(forward, order=90, name="delivery")
        exchange.register_handler(file_answer, order=91, name="delivery-answers")
        exchange.register_effects(telling.effects, order=90, name="delivery")
        exchange.register_watch(telling.findings, name="delivery")
        exchange.register_metrics(telling.figures, name="delivery")
        source = exchange.ReplaySource(
            retries.last_item, retries.count_dead_letters, retries.next_dead_letters, retry_of_run
        )
        exchange.register_replay_source(source, name=retries.NAME)
