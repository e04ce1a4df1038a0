"""The catalogue of what an audience may read, with the figures of the layers."""

from __future__ import annotations

from django.conf import settings

from gis_server.data.figures import Figures, figures_of
from layers import registry
from layers.spec import Audience, LayerSpec
from ogc_api.open_data import Catalogue, Entry


def catalogue_for(root: str, audience: Audience) -> Catalogue:
    """Every layer of the audience, counted as it sees them.

    Args:
        root: the site's address without a slash at its end.
    """
    layers = list(registry.visible_to(audience))
    figures = figures_of(layers, audience)
    return Catalogue(root, settings.CITY, tuple(_entry(layer, figures[layer.name]) for layer in layers))


def _entry(layer: LayerSpec, figures: Figures) -> Entry:
    lines = tuple((source.attribution, source.licence) for source in figures.sources)
    return Entry(layer, figures.count, figures.changed_at, figures.extent, lines)
