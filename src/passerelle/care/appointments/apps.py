from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.appointments"
    label = "appointments"
    verbose_name = "rendez-vous"
