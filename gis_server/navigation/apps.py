"""The Django app of the walking routes."""

from django.apps import AppConfig


class NavigationConfig(AppConfig):
    name = "gis_server.navigation"
    verbose_name = "経路案内"
