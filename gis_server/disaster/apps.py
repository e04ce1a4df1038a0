"""The Django app of the common picture of a disaster."""

from django.apps import AppConfig


class DisasterConfig(AppConfig):
    name = "gis_server.disaster"
    verbose_name = "災害"

    def ready(self) -> None:
        from gis_server.disaster.damage import DAMAGE_RULES
        from gis_server.editing import rules
        from layers.catalog.disaster import DAMAGE_AREAS

        rules.register(DAMAGE_AREAS.name, DAMAGE_RULES)
