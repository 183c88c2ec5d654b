from django.apps import AppConfig


class RecordConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.record"
    label = "record"
