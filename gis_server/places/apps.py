"""The Django app of the search for places."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "gis_server.places"
    verbose_name = "場所の検索"
