"""An admin page for every layer, from its declaration."""

from __future__ import annotations

from django.contrib.gis import admin

from layers import registry
from layers.changes import Change
from layers.feature import Source
from layers.raster import Raster
from layers.spec import LayerSpec

admin.site.register(Source)


def build_admin(layer: LayerSpec) -> type[admin.ModelAdmin]:
    """The admin class of a layer: its first fields as columns, its code lists as filters.

    The geometry is read-only here: the stock widget loads its map from other servers.
    """
    columns = tuple(f.name for f in layer.fields)
    filters = tuple(f.name for f in layer.fields if f.codes)
    return type(
        f"{layer.model.__name__}Admin",
        (admin.ModelAdmin,),
        {
            "list_display": ("id", *columns[:5], "changed_at"),
            "list_filter": filters[:4],
            "search_fields": tuple(n for n in ("id", "name", "title", "address") if n == "id" or n in columns),
            "fields": (
                "id",
                *columns,
                "city_code",
                "source",
                "geometry",
                "version",
                "entered_at",
                "changed_at",
            ),
            "readonly_fields": ("geometry", "version", "entered_at", "changed_at"),
            "show_full_result_count": False,
        },
    )


def register_layers() -> None:
    for layer in registry.every():
        if not admin.site.is_registered(layer.model):
            admin.site.register(layer.model, build_admin(layer))


register_layers()


class ReadOnlyAdmin(admin.ModelAdmin):
    """What is only to be looked at."""

    show_full_result_count = False

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """The log of changes: to be read only."""

    list_display = ("layer", "revision", "operation", "row_count", "actor", "at")
    list_filter = ("layer", "operation")


@admin.register(Raster)
class RasterAdmin(ReadOnlyAdmin):
    """Rasters: their files come and go by ./gis import and ./gis manage remove_raster alone."""

    list_display = ("key", "title", "kind", "vertical_datum", "resolution_m", "minimum", "maximum", "extent")
    list_filter = ("kind", "vertical_datum")

    @admin.display(description="範囲 (西, 南, 東, 北)")
    def extent(self, raster: Raster) -> str:
        return ", ".join(f"{edge:.4f}" for edge in raster.bounds.extent)
