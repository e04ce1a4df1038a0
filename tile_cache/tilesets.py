"""Sets of layers in one tile, by the name in the address: a layer, ``base``, or several with commas between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from layers import registry
from layers.problems import Problem
from layers.spec import Audience, LayerSpec
from tile_cache.content import vector
from tile_cache.looks.base_map import BASE_GROUP


@dataclass(frozen=True, slots=True)
class Part:
    """What is rendered and stored together: one layer, or the base map."""

    name: str
    layers: tuple[LayerSpec, ...]


@dataclass(frozen=True)
class Tileset:
    """The parts of one address, as an audience may see them."""

    name: str
    parts: tuple[Part, ...]
    audience: Audience

    @cached_property
    def layers(self) -> tuple[LayerSpec, ...]:
        return tuple(layer for part in self.parts for layer in part.layers)

    @cached_property
    def is_public(self) -> bool:
        """Whether the audience sees exactly what everybody sees."""
        return vector.shown_to(self.layers, self.audience) == Audience.PUBLIC

    @cached_property
    def is_for_everybody(self) -> bool:
        """Whether whoever asks sees the same."""
        return vector.shown_to(self.layers, Audience.ADMIN) == Audience.PUBLIC


def get(name: str, audience: Audience) -> Tileset:
    """The tileset of a name.

    Raises:
        Problem: 404 for a layer that does not exist, or not for this audience.
    """
    return _get(name, audience, registry.generation())


@lru_cache(maxsize=1000)
def _get(name: str, audience: Audience, generation: int) -> Tileset:
    names = tuple(dict.fromkeys(name.split(",")))
    return Tileset(name, tuple(_part(each, audience) for each in names), audience)


def every(audience: Audience) -> Iterator[Tileset]:
    """One tileset a layer, the base map's layers together."""
    yield get(BASE_GROUP, audience)
    for layer in registry.visible_to(audience):
        if layer.group != BASE_GROUP:
            yield get(layer.name, audience)


def _part(name: str, audience: Audience) -> Part:
    if name == BASE_GROUP:
        base = tuple(layer for layer in registry.visible_to(audience) if layer.group == BASE_GROUP)
        return Part(name, base)
    try:
        return Part(name, (registry.get(name, audience),))
    except registry.UnknownLayerError:
        known = ", ".join([BASE_GROUP, *(layer.name for layer in registry.visible_to(audience))])
        detail = f"there is no layer {name!r}; there are: {known}"
        raise Problem(404, "not found", detail, parameter="tileset") from None
