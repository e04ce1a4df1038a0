"""The Django app through which pages write features."""

from django.apps import AppConfig


class EditingConfig(AppConfig):
    name = "gis_server.editing"
    verbose_name = "編集"
