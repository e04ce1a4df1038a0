"""Writing a layer in tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from etl.pipeline import import_opened, open_file
from etl.readers import Options
from etl.report import Report
from layers.formats import Export, Format, UnwritableError
from layers.spec import Audience, LayerSpec


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a layer for an audience and answer the file."""

    def run(
        layer: LayerSpec, chosen: Format, audience: Audience = Audience.PUBLIC, srid: int = 4326, name: str = ""
    ) -> Path:
        path = tmp_path / f"{name or layer.name}.{chosen.extension}"
        if chosen.name == "shp" and layer.geometry_type == "Geometry":
            with pytest.raises(UnwritableError, match="a Shapefile holds one kind of geometry"):
                chosen.write(Export(layer, audience, srid), path)
            pytest.skip("refused, as it must be: the layer has several kinds of geometry")
        chosen.write(Export(layer, audience, srid), path)
        return path

    return run


@pytest.fixture
def bring_in() -> Callable[..., Report]:
    """Import a file and answer the report."""

    def run(path: Path, **options: str) -> Report:
        chosen = Options(settings.CITY, **options)
        return import_opened(open_file(path, chosen), chosen, lambda _: None)

    return run
