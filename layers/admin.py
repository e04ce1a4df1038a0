"""An admin page for every layer, from its declaration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.gis import admin
from django.http import HttpRequest

from layers import registry
from layers.added.adding import add, withdraw
from layers.added.declaration import read_declaration
from layers.added.models import AddedLayer
from layers.changes import Change
from layers.feature import Source
from layers.problems import Problem
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
    for layer in registry.declared():
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


class AddedLayerForm(forms.ModelForm):  # type: ignore[type-arg]  # django-stubs are not here
    """The declaration is tried whole before it is kept: what cannot be so is said beside it."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        name = cleaned.get("name") or self.instance.name
        try:
            read_declaration(name, cleaned.get("declaration"))
        except Problem as problem:
            raise forms.ValidationError(problem.detail) from problem
        return cleaned


@admin.register(AddedLayer)
class AddedLayerAdmin(admin.ModelAdmin):
    """Layers added while the city runs."""

    form = AddedLayerForm
    list_display = ("name", "is_offered", "changed_at")
    readonly_fields = ("changed_at",)
    show_full_result_count = False

    def get_readonly_fields(self, request: object, obj: AddedLayer | None = None) -> tuple[str, ...]:
        return self.readonly_fields if obj is None else ("name", *self.readonly_fields)

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: AddedLayer, form: object, change: bool) -> None:
        try:
            add(obj.name, obj.declaration)
            if not obj.is_offered:
                withdraw(obj.name)
        except Problem as problem:
            self.message_user(request, problem.detail, messages.ERROR)


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
