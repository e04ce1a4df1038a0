"""Addresses below /tiles/."""

from django.urls import path, re_path

from tile_cache import views
from tile_cache.looks import style_views

app_name = "tiles"
urlpatterns = [
    path("", views.index, name="index"),
    re_path(r"^styles/(?P<name>[^/]+)\.json$", style_views.style, name="style"),
    re_path(r"^sprites/(?P<theme>[^/@]+)(?P<sharp>@2x|)\.json$", style_views.sprite_index, name="sprite_index"),
    re_path(r"^sprites/(?P<theme>[^/@]+)(?P<sharp>@2x|)\.png$", style_views.sprite_sheet, name="sprite_sheet"),
    re_path(r"^legend/(?P<name>[^/]+)\.json$", style_views.legend, name="legend"),
    re_path(r"^(?P<name>[^/]+)\.json$", views.tilejson, name="tilejson"),
    re_path(
        r"^(?P<name>[^/]+)/(?P<revision>[0-9]+-[^/]+)/(?P<z>[^/]+)/(?P<x>[^/]+)/(?P<y>[^/]+)\.mvt$",
        views.tile,
        name="tile_of_revision",
    ),
    re_path(r"^(?P<name>[^/]+)/(?P<z>[^/]+)/(?P<x>[^/]+)/(?P<y>[^/]+)\.mvt$", views.tile, name="tile"),
    re_path(
        r"^(?P<name>[^/]+)/(?P<grid>[^/]*[^/0-9][^/]*)/(?P<z>[^/]+)/(?P<x>[^/]+)/(?P<y>[^/]+)\.mvt$",
        views.tile,
        name="tile_in_grid",
    ),
]
