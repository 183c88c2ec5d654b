from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.evidence.warehouse"
    label = "warehouse"
