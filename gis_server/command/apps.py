"""The set-up as a Django app: it keeps what was loaded into the database, and brings ``prepare`` and ``work``."""

from django.apps import AppConfig


class CommandConfig(AppConfig):
    """Set-up and upkeep of an installation."""

    name = "gis_server.command"
    label = "installation"
    verbose_name = "設置 Installation"
