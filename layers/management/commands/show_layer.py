"""Print all that is derived from a layer's declaration."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from layers import registry, values
from layers.changes import build_triggers, revision_of
from layers.reading import Selection, features_query
from layers.spec import Audience, Field, LayerSpec


class Command(BaseCommand):
    help = "Print all that is derived from a layer's declaration: ./gis manage show_layer shelters"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("layer", help="name of the layer, e.g. shelters")

    def handle(self, *_: Any, layer: str, **__: Any) -> None:
        try:
            spec = registry.get(layer)
        except registry.UnknownLayerError as error:
            raise CommandError(str(error), returncode=2) from error
        for line in lines(spec, revision_of(layer)):
            self.stdout.write(line)


def lines(layer: LayerSpec, revision: int) -> Iterator[str]:
    """The layer, as text."""
    yield f"{layer.name} — {layer.title.ja} / {layer.title.en}"
    yield f"  {layer.description.ja}"
    yield f"  {layer.description.en}"
    yield from _facts(layer, revision)
    yield ""
    yield "fields (name, type, title, read, edit)"
    for field in layer.fields_for(Audience.ADMIN):
        yield _field_line(layer, field)
    yield ""
    for audience in Audience:
        yield from _for_audience(layer, audience)
    yield "addresses"
    yield f"  /api/collections/{layer.name}  /api/collections/{layer.name}/items"
    yield f"  /tiles/{layer.name}.json  /tiles/{layer.name}/{{z}}/{{x}}/{{y}}.mvt"
    yield f"  /admin/layers/{layer.model._meta.model_name}/"
    yield ""
    yield "triggers" + build_triggers(layer).rstrip().replace("\n", "\n  ")


def _facts(layer: LayerSpec, revision: int) -> Iterator[str]:
    attribution = layer.open_data.attribution.ja if layer.open_data.attribution else "(the city)"
    yield f"  table {layer.table}, geometry {layer.geometry_type} in EPSG:4326, revision {revision}"
    yield f"  zooms {layer.zooms.start} to {layer.zooms.stop - 1}, style {layer.style.kind} {layer.style.colour}"
    yield f"  licence {layer.open_data.licence}, attribution {attribution}"
    yield f"  read {layer.read.name}, edit {layer.edit.name}"
    yield f"  a change of it affects: {', '.join(sorted(impact.value for impact in layer.impacts)) or 'nothing'}"
    if layer.rows:
        rule = layer.rows
        yield f"  below {rule.everything.name} only rows with {rule.field} in {', '.join(rule.values)}"


def _field_line(layer: LayerSpec, field: Field) -> str:
    kind = values.json_type(values.column_of(layer, field))["type"]
    edit = (field.edit or layer.edit).name
    codes = f"  codes: {', '.join(str(code) for code in field.codes)}" if field.codes else ""
    return f"  {field.name:20} {kind:8} {field.title.ja} / {field.title.en}  {field.read.name} {edit}{codes}"


def _for_audience(layer: LayerSpec, audience: Audience) -> Iterator[str]:
    fields = layer.fields_for(audience)
    yield f"for {audience.name}: {len(fields)} fields"
    if fields:
        query = features_query(Selection(layer, audience, limit=10))
        yield f"  {query.sql}"
        yield f"  with {query.params}"
    yield ""
