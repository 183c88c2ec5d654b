from django.apps import AppConfig


class RecordConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.record"
    label = "record"

    def ready(self) -> None:
        from passerelle.care.consent.api import on_change  # noqa: PLC0415 - loaded first
        from passerelle.care.exchange.api import register_effects, register_handler  # noqa: PLC0415
        from passerelle.care.identitovigilance.api import HoldingsSource, register_holdings  # noqa: PLC0415
        from passerelle.care.record.inbound import foresee, handle  # noqa: PLC0415
        from passerelle.care.record.navigation import register  # noqa: PLC0415
        from passerelle.care.record.selectors.effects import effects  # noqa: PLC0415
        from passerelle.care.record.selectors.filed import documents_filed  # noqa: PLC0415
        from passerelle.care.record.selectors.holdings import arrivals, counts  # noqa: PLC0415
        from passerelle.care.record.selectors.launching import RecordPatients  # noqa: PLC0415
        from passerelle.care.record.services.decisions import project_choices  # noqa: PLC0415
        from passerelle.care.savings.api import register_acts  # noqa: PLC0415
        from passerelle.core.oauth.api import register_patients  # noqa: PLC0415

        register()
        register_handler(handle, order=20, name="record", foresee=foresee)
        register_holdings("record", HoldingsSource(counts=counts, arrivals=arrivals))
        register_effects(effects, order=20, name="record")
        on_change(project_choices)
        register_patients(RecordPatients())
        register_acts("document-filed", documents_filed)
