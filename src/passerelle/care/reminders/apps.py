from django.apps import AppConfig


class RemindersConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.reminders"
    label = "reminders"
    verbose_name = "rappels de rendez-vous"
