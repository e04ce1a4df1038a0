"""What a trial would put on the map: some thousands of its rows, and where the refused ones lie."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import shapely
from django.contrib.gis.db.models.functions import AsGeoJSON, NumPoints
from django.db.models import Q
from django.db.models.functions import Now

from etl.record import Notice, Rejection
from etl.report import Finding
from layers import registry
from layers.spec import Audience, LayerSpec

MOST_FEATURES = 3_000
MOST_REFUSED = 2_000
MOST_VERTICES = 4_000
MOST_CHARACTERS = 6_000_000
DIGITS = 6
"""Decimals of a degree: about ten centimetres."""

_NAMES = ("name", "title", "kind")


class Preview:
    """Collected inside the trial's transaction, before it is taken back."""

    def __init__(self, layers: list[str], audience: Audience) -> None:
        self.layers, self.audience = layers, audience
        self.features: list[dict[str, Any]] = []
        self.characters = 0

    def take(self, source_key: str) -> Iterator[Notice]:
        """Read what the trial has put into the layers; a cross-check that notices nothing."""
        share = MOST_FEATURES // max(1, len(self.layers))
        for name in self.layers:
            self._take_layer(registry.get(name), source_key, share)
        yield from ()

    def _take_layer(self, layer: LayerSpec, source_key: str, most: int) -> None:
        label = next((field.name for field in layer.fields_for(self.audience) if field.name in _NAMES), "id")
        of_trial = Q(source=source_key) | Q(changed_at=Now())
        small = layer.model.objects.filter(of_trial).alias(vertices=NumPoints("geometry"))
        rows = small.filter(Q(vertices__lte=MOST_VERTICES) | Q(vertices=None)).annotate(
            shape=AsGeoJSON("geometry", precision=DIGITS)
        )
        for feature_id, title, shape in rows.values_list("id", label, "shape")[:most].iterator():
            self.characters += len(shape)
            if self.characters > MOST_CHARACTERS:
                return
            self._add(json.loads(shape), {"id": feature_id, "layer": layer.name, "title": str(title or feature_id)})

    def add_outline(self, outline: shapely.Polygon, title: str) -> None:
        """Where a raster lies."""
        shape = shapely.to_geojson(shapely.set_precision(outline, 10**-DIGITS))
        self._add(json.loads(shape), {"title": title})

    def add_refused(self, entries: Iterable[Finding]) -> None:
        """Where refused rows lie, of which that is known."""
        refused = (entry for entry in entries if isinstance(entry, Rejection) and entry.wkb)
        for entry, _ in zip(refused, range(MOST_REFUSED), strict=False):
            point = shapely.from_wkb(entry.wkb)
            geometry = {"type": "Point", "coordinates": [round(point.x, DIGITS), round(point.y, DIGITS)]}
            self._add(geometry, {"refused": True, "title": f"{entry.place}: {entry.reason}"[:300]})

    def _add(self, geometry: Any, properties: dict[str, Any]) -> None:
        self.features.append({"type": "Feature", "geometry": geometry, "properties": properties})

    def write(self, path: Path) -> None:
        document = {"type": "FeatureCollection", "features": self.features}
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        fresh.replace(path)
