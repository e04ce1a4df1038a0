"""The Django app of the open data."""

from django.apps import AppConfig


class DataConfig(AppConfig):
    name = "gis_server.data"
    label = "open_data"
    verbose_name = "オープンデータ"
