"""Django's name for this package."""

from django.apps import AppConfig


class OgcPartsConfig(AppConfig):
    name = "gis_server.ogc_parts"
    label = "ogc_parts"
