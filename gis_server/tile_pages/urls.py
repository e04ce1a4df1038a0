"""Addresses below /admin/tiles/."""

from django.urls import URLPattern, path

from gis_server.tile_pages import views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="tile-store"),
    path("squares.geojson", views.squares, name="tile-squares"),
    path("sweep", views.sweep, name="tile-sweep"),
    path("clear", views.clear, name="tile-clear"),
]
