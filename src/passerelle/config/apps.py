from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "passerelle.config"
    label = "config"
