"""Plain GeoJSON, which says nothing of itself, for a layer that is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from etl import sources
from etl.contents import Contents
from etl.mapping import mapped_columns
from etl.readers.base import Options, Reader, short_hash, slug
from etl.readers.geojson import bounds_of, first_properties, get_features, numbered
from etl.record import DataSet, Item, RawRow, Rejection, UnreadableFileError
from layers import registry
from layers.spec import LayerSpec


def open_geojson(contents: Contents, options: Options) -> DataSet:
    """Any GeoJSON, for the layer that the caller names."""
    features = get_features(contents)
    if not options.layer:
        raise UnreadableFileError("--layer LAYER says where the features go")
    layer = registry.get(options.layer)
    names = mapped_columns(layer, first_properties(features))
    key = options.source_key or f"geojson-{slug(contents.path)}"
    return DataSet(
        source=sources.unnamed(key, contents.path.name),
        columns={layer.name: tuple(names.values())},
        rows=_feature_rows(features, layer, key, names),
        kind=f"GeoJSON → {layer.name}",
        bounds=bounds_of(f.get("geometry") for f in features if isinstance(f, dict)),
    )


def _feature_rows(features: list[Any], layer: LayerSpec, key: str, names: Mapping[str, str]) -> Iterator[Item]:
    for feature, item in zip(features, numbered(features), strict=True):
        if isinstance(item, Rejection):
            yield item
            continue
        place, properties, geometry = item
        own = feature.get("id", properties.get("id")) or short_hash(repr((sorted(properties.items()), geometry)))
        values = {name: properties.get(name) for name in names}
        yield RawRow(place, layer.name, f"{key}-{own}", values, geometry)


GEOJSON = Reader("geojson", "GeoJSON (--layer)", lambda contents: None, open_geojson)
