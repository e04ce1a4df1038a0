"""The Django app of the page that shows the store of tiles."""

from django.apps import AppConfig


class TilePagesConfig(AppConfig):
    name = "gis_server.tile_pages"
    verbose_name = "保存タイル"
