"""The Django app of the upload page and of the list of imports."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "gis_server.imports"
    verbose_name = "取り込み"
