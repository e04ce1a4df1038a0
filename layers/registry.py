"""All layers: those declared in files, in the order of their declaration, then those added while the city runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from layers.spec import Audience, Impact, LayerSpec

_layers: dict[str, LayerSpec] = {}


@dataclass(frozen=True, slots=True)
class Added:
    """The layers added while the city runs; `generation` differs whenever one of them does."""

    generation: int = 0
    layers: Mapping[str, LayerSpec] = field(default_factory=dict)


_NOTHING = Added()
Consult = Callable[[bool], Added]
_consult: list[Consult] = []


class UnknownLayerError(KeyError):
    """No layer of this name is declared, or none that the audience may know of."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"no layer is called {self.name!r}; known are: {', '.join(layer.name for layer in every())}"


def consult(source: Consult) -> None:
    """Ask `source` for the added layers from now on: True asks for them as they are at this very moment."""
    _consult[:] = [source]


def _added(*, is_exact: bool = False) -> Added:
    return _consult[0](is_exact) if _consult else _NOTHING


def generation() -> int:
    """Differs whenever an added layer does: part of the key of whatever is made of all layers and kept."""
    return _added().generation


def add(layer: LayerSpec) -> LayerSpec:
    """Declare `layer`; its name must be new."""
    if layer.name in _layers:
        raise ValueError(f"the layer {layer.name} is declared twice")
    _layers[layer.name] = layer
    return layer


def get(name: str, audience: Audience = Audience.ADMIN) -> LayerSpec:
    """The layer `name`. To an audience that may not read it, it does not exist."""
    layer = _layers.get(name) or _added(is_exact=True).layers.get(name)
    if layer is None or not audience.covers(layer.read):
        raise UnknownLayerError(name)
    return layer


def declared() -> tuple[LayerSpec, ...]:
    """The layers declared in files, which need no database to be known."""
    return tuple(_layers.values())


def every() -> tuple[LayerSpec, ...]:
    return (*_layers.values(), *_added().layers.values())


def visible_to(audience: Audience) -> Iterator[LayerSpec]:
    """The layers that `audience` may read."""
    return (layer for layer in every() if audience.covers(layer.read))


def affecting(impact: Impact) -> tuple[LayerSpec, ...]:
    """The layers whose changes have this impact."""
    return tuple(layer for layer in every() if impact in layer.impacts)


def searched() -> tuple[LayerSpec, ...]:
    """The layers whose features everybody may find by name."""
    return tuple(layer for layer in visible_to(Audience.PUBLIC) if layer.gazetteer is not None)
