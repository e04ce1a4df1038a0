"""Our sources as MapProxy's configuration names them: what draws, what answers about a place, what has a legend."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from mapproxy.config.configuration.source import SourceConfiguration, register_source_configuration
from mapproxy.util.ext.dictspec.spec import anything

from layers import registry
from layers.raster import Raster
from layers.spec import LayerSpec, Text
from tile_cache.looks.base_map import BASE_GROUP, BASE_TITLE
from tile_cache.looks.legend import entries
from tile_cache.maps import outside, ramps, raster_source
from tile_cache.maps.feature_info import LayersInfo
from tile_cache.maps.legend_picture import LayerLegend
from tile_cache.maps.mapnik_source import SOURCE_TYPE, LayersSource
from tile_cache.maps.raster_source import RasterInfo, RasterSource


class LayersSourceConfiguration(SourceConfiguration):
    """Layers drawn by Mapnik: ``{type: machigis, layers: […], background: …, enlarged: …}``."""

    source_type = (SOURCE_TYPE,)

    def source(self, params: Any = None) -> LayersSource:
        return LayersSource(self.conf["layers"], self.conf.get("background"), self.conf.get("enlarged", 1.0))

    def fi_source(self, params: Any = None) -> LayersInfo:
        return LayersInfo(self.conf["layers"])

    def lg_source(self, params: Any = None) -> LayerLegend:
        layers = [registry.get(name) for name in self.conf["layers"]]
        return LayerLegend(_title(layers), entries(layers))


class RasterSourceConfiguration(SourceConfiguration):
    """A stored raster: ``{type: machigis-raster, raster: …}``, the row itself."""

    source_type = (raster_source.SOURCE_TYPE,)

    @property
    def _raster(self) -> Raster:
        raster: Raster = self.conf["raster"]
        return raster

    def source(self, params: Any = None) -> RasterSource:
        return RasterSource(self._raster)

    def fi_source(self, params: Any = None) -> RasterInfo:
        return RasterInfo(self._raster)

    def lg_source(self, params: Any = None) -> LayerLegend:
        return LayerLegend(Text(self._raster.title, self._raster.title), ramps.legend_of(self._raster))


class OutsideSourceConfiguration(SourceConfiguration):
    """A map of another server: ``{type: machigis-outside, outside: …}``, as the city declares it."""

    source_type = (outside.SOURCE_TYPE,)
    supports_meta_tiles = False

    def source(self, params: Any = None) -> outside.OutsideSource:
        """One for all grids: whether its server answers is known to all of them."""
        return self._source

    @cached_property
    def _source(self) -> outside.OutsideSource:
        return outside.OutsideSource(self.conf["outside"])


def _title(layers: list[LayerSpec]) -> Text:
    return BASE_TITLE if layers[0].group == BASE_GROUP else layers[0].title


def register() -> None:
    """Make the sources known to MapProxy."""
    register_source_configuration(
        SOURCE_TYPE, LayersSourceConfiguration, SOURCE_TYPE, {"layers": [""], "background": "", "enlarged": 1.0}
    )
    name = raster_source.SOURCE_TYPE
    register_source_configuration(name, RasterSourceConfiguration, name, {"raster": anything()})
    name = outside.SOURCE_TYPE
    register_source_configuration(name, OutsideSourceConfiguration, name, {"outside": anything()})
