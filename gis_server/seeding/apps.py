"""The Django app of seeding and of the offline packs."""

from django.apps import AppConfig


class SeedingConfig(AppConfig):
    name = "gis_server.seeding"
    verbose_name = "タイルの準備"
