"""GeoJSON feature collections, as the readers of particular data sets need them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.contents import Contents
from etl.json_start import first_features
from etl.record import Rejection, UnreadableFileError
from layers.geometry import positions
from layers.problems import Problem

Bounds = tuple[float, float, float, float]


def find_features(contents: Contents) -> list[Any] | None:
    """The features of a FeatureCollection, of a large file only the first ones; None where the file is none."""
    if contents.kind != "JSON":
        return None
    if contents.is_large_json:
        return first_features(contents.path)
    document = contents.document
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        return None
    features = document.get("features")
    return features if isinstance(features, list) else None


def get_features(contents: Contents) -> list[Any]:
    document = contents.document
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise UnreadableFileError("not a GeoJSON FeatureCollection")
    _check_crs(document)
    return features


def _check_crs(document: dict[str, Any]) -> None:
    """Old GeoJSON may name a reference system; only longitude and latitude on WGS 84 or JGD2011 are taken."""
    crs = document.get("crs")
    name = str(((crs or {}).get("properties") or {}).get("name", "")) if isinstance(crs, dict) else ""
    if name and not name.endswith(("CRS84", ":4326", ":6668", ":4612")):
        raise UnreadableFileError(
            f"the coordinates are in {name}; needed are longitude and latitude (EPSG:4326 or 6668)"
        )


def first_properties(features: list[Any]) -> dict[str, Any]:
    """Properties of the first feature that has some; they show which data set it is."""
    for feature in features[:50]:
        if isinstance(feature, dict) and isinstance(feature.get("properties"), dict):
            return dict(feature["properties"])
    return {}


def numbered(features: list[Any]) -> Iterator[tuple[str, dict[str, Any], Any] | Rejection]:
    """Place, properties and geometry of each feature; what is no feature becomes a rejection."""
    for number, feature in enumerate(features, start=1):
        place = f"row {number}"
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            yield Rejection(place, "feature", str(feature)[:40], "not a GeoJSON feature with properties")
        else:
            yield place, properties, feature.get("geometry")


def bounds_of(geometries: Iterator[Any]) -> Bounds | None:
    """West, south, east, north of GeoJSON geometries; None where there is no position."""
    xs, ys = [], []
    for geometry in geometries:
        try:
            for position in positions(geometry["coordinates"]):
                xs.append(float(position[0]))
                ys.append(float(position[1]))
        except (Problem, TypeError, KeyError, ValueError, IndexError):
            continue
    return (min(xs), min(ys), max(xs), max(ys)) if xs else None
