"""All declared layers, in the order of their declaration."""

from __future__ import annotations

from collections.abc import Iterator

from layers.spec import Audience, Impact, LayerSpec

_layers: dict[str, LayerSpec] = {}


class UnknownLayerError(KeyError):
    """No layer of this name is declared, or none that the audience may know of."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"no layer is called {self.name!r}; known are: {', '.join(_layers)}"


def add(layer: LayerSpec) -> LayerSpec:
    """Declare `layer`; its name must be new."""
    if layer.name in _layers:
        raise ValueError(f"the layer {layer.name} is declared twice")
    _layers[layer.name] = layer
    return layer


def get(name: str, audience: Audience = Audience.ADMIN) -> LayerSpec:
    """The layer `name`. To an audience that may not read it, it does not exist."""
    layer = _layers.get(name)
    if layer is None or not audience.covers(layer.read):
        raise UnknownLayerError(name)
    return layer


def every() -> tuple[LayerSpec, ...]:
    return tuple(_layers.values())


def visible_to(audience: Audience) -> Iterator[LayerSpec]:
    """The layers that `audience` may read."""
    return (layer for layer in _layers.values() if audience.covers(layer.read))


def affecting(impact: Impact) -> tuple[LayerSpec, ...]:
    """The layers whose changes have this impact."""
    return tuple(layer for layer in _layers.values() if impact in layer.impacts)


def searched() -> tuple[LayerSpec, ...]:
    """The layers whose features everybody may find by name."""
    return tuple(layer for layer in visible_to(Audience.PUBLIC) if layer.gazetteer is not None)
