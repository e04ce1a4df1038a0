"""What a request for open data asks for, checked."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from layers import registry
from layers.problems import Problem
from layers.spec import Audience, LayerSpec


def audience_of(request: HttpRequest) -> Audience:
    audience: Audience = getattr(request, "audience", Audience.PUBLIC)
    return audience


def language_of(request: HttpRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", "ja"))


def get_layer(request: HttpRequest, name: str) -> LayerSpec:
    """The layer of an address.

    Raises:
        Problem: 404, also where the caller may not know of it.
    """
    audience = audience_of(request)
    try:
        return registry.get(name, audience)
    except registry.UnknownLayerError as error:
        known = ", ".join(layer.name for layer in registry.visible_to(audience))
        raise Problem(404, "unknown data set", f"there is no data set {name!r:.80}; there are: {known}") from error


def check_parameters(request: HttpRequest, known: Iterable[str] = ()) -> None:
    """Refuse parameters that would be silently without effect.

    Raises:
        Problem: 400, naming the parameter.
    """
    allowed = (*known, "lang")
    for name, given in request.GET.lists():
        if name not in allowed:
            detail = f"the parameter {name!r:.80} is not known here; known are: {', '.join(allowed)}"
            raise Problem(400, "unknown parameter", detail, parameter=name[:80])
        if len(given) > 1:
            raise Problem(
                400, "invalid parameter", f"{name} is given {len(given)} times, once is right", parameter=name
            )
