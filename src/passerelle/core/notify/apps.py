from django.apps import AppConfig


class NotifyConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.core.notify"
    label = "notify"
    verbose_name = "messages aux personnes"
