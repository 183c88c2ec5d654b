from django.apps import AppConfig


class LiaisonConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.liaison"
    label = "liaison"
    verbose_name = "lien ville-hôpital"

    def ready(self) -> None:
        from passerelle.care.liaison.navigation import register  # noqa: PLC0415 - applications are loaded first
        from passerelle.care.liaison.selectors.acts import letters_sent, referrals_received  # noqa: PLC0415
        from passerelle.care.savings.api import register_acts  # noqa: PLC0415

        register()
        register_acts("letter-sent", letters_sent)
        register_acts("referral-received", referrals_received)
