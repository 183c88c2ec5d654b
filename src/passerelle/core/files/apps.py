from django.apps import AppConfig


class FilesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.core.files"
    label = "files"
    verbose_name = "fichiers déposés"
