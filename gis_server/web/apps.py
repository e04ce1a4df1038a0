"""The Django app of what all pages share."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "gis_server.web"
    verbose_name = "画面"
