"""The Django app that holds the city's layers."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LayersConfig(AppConfig):
    name = "layers"
    verbose_name = "レイヤー"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from layers import admin, checks  # noqa: F401 - registers the checks and the admin pages
        from layers.added import current

        current.begin()

        post_migrate.connect(_keep_log, sender=self)


def _keep_log(**_: Any) -> None:
    """After every migration: the functions as they are now, on the tables as they are now."""
    from layers import changes, indexes, registry

    changes.install()
    changes.attach()
    indexes.drop_pattern_indexes(layer.table for layer in registry.declared())
