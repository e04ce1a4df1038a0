"""What the database keeps of added layers, and the Django model and declaration that are made of it."""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps
from django.contrib.gis.db import models as gis
from django.db import models
from django.db.models.functions import Now

from layers.added.declaration import AddedField, Declaration
from layers.feature import Feature, geometry
from layers.spec import Field, LayerSpec, OpenData


class AddedLayer(models.Model):
    """A layer that was added while the city ran. One that is no longer offered keeps its table and its log."""

    name = models.CharField(primary_key=True, max_length=40, db_collation="C")
    declaration = models.JSONField()
    is_offered = models.BooleanField(db_default=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "追加したレイヤー"
        verbose_name_plural = "追加したレイヤー"

    def __str__(self) -> str:
        return self.name


_GEOMETRY_FIELDS: dict[str, type[gis.GeometryField]] = {
    "Point": gis.PointField,
    "LineString": gis.LineStringField,
    "MultiLineString": gis.MultiLineStringField,
    "Polygon": gis.PolygonField,
    "MultiPolygon": gis.MultiPolygonField,
    "Geometry": gis.GeometryField,
}


def build_layer(declaration: Declaration) -> LayerSpec:
    """The layer of a declaration, with a model of its own that Django's own list of models does not hold."""
    return LayerSpec(
        declaration.name,
        _build_model(declaration),
        declaration.title,
        declaration.description,
        fields=tuple(
            Field(one.name, one.title, source=(one.title.ja,), unit=one.unit, read=one.read, codes=one.codes)
            for one in declaration.fields
        ),
        style=declaration.style,
        open_data=OpenData(declaration.licence, declaration.attribution),
        read=declaration.read,
        edit=declaration.edit,
        group="added",
    )


def table_of(name: str) -> str:
    return "added_" + name.replace("-", "_")


def build_column(field: AddedField) -> models.Field[Any, Any]:
    """The column of a field: empty text, or null, where nothing is known, so that it can be added to a full table."""
    if field.kind == "text":
        return models.TextField(blank=True, db_default="")
    if field.kind == "integer":
        return models.BigIntegerField(null=True)
    if field.kind == "number":
        return models.FloatField(null=True)
    return models.BooleanField(null=True) if field.kind == "truth" else models.DateTimeField(null=True)


def _build_model(declaration: Declaration) -> type[Feature]:
    meta = {"app_label": "layers", "db_table": table_of(declaration.name), "apps": Apps()}
    members: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": declaration.title.ja,
        "Meta": type("Meta", (Feature.Meta,), meta),
        **{field.name: build_column(field) for field in declaration.fields},
        "geometry": geometry(_GEOMETRY_FIELDS[declaration.geometry]),
    }
    return type("Added" + declaration.name.title().replace("-", ""), (Feature,), members)
