"""What the addresses of these parts have in common: data instead of documents, and the choice of collections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urljoin

from django.http import HttpRequest
from django.urls import reverse

from layers import registry
from layers.problems import Problem
from layers.spec import Audience, LayerSpec
from ogc_api import asking
from ogc_api.asking import Asked
from ogc_api.features.parameters import fault


def read_data(request: HttpRequest, known: Iterable[str], formats: Iterable[str]) -> Asked:
    """The request for something that is no document: a tile or a picture.

    Args:
        known: the parameters that the address knows besides ``f``.
        formats: what ``f`` may be.

    Raises:
        Problem: 400 for a parameter that is not known, given twice, too long, or another format.
    """
    allowed = (*known, "f")
    for name, given in request.GET.lists():
        asking.check_parameter(name, given, allowed)
    if (language := request.GET.get("lang", asking.LANGUAGES[0])) not in asking.LANGUAGES:
        raise fault("lang", language, f"one of: {', '.join(asking.LANGUAGES)}")
    written, right = request.GET.get("f"), tuple(formats)
    if written is not None and written not in right:
        raise fault("f", written, f"one of: {', '.join(right)}")
    return Asked(
        audience=asking.audience_of(request),
        language=asking.language_of(request),
        html=False,
        base_url=asking.base_url(request),
        url=request.build_absolute_uri(),
        parameters=request.GET.dict(),
    )


def tiles_root(asked: Asked) -> str:
    """Absolute address of ``/tiles/``, with the slash, behind whatever host the request came to."""
    return urljoin(asked.base_url, reverse("tiles:index"))


def read_collections(asked: Asked, known: Sequence[str]) -> tuple[str, ...] | None:
    """The names in ``collections``, each once, in the order given; None without it.

    Each is an id, or the whole address of a collection of this API (OGC 20-057, 10.2).

    Args:
        known: the names that are taken.

    Raises:
        Problem: 400 for a name that does not exist for this caller.
    """
    text = asked.parameters.get("collections")
    if text is None:
        return None
    names = tuple(dict.fromkeys(_name(part, asked) for part in text.split(",")))
    for name in names:
        if name not in known:
            raise fault("collections", name, f"a collection here; there are: {', '.join(known)}")
    return names


def _name(text: str, asked: Asked) -> str:
    prefix = f"{asked.base_url}/collections/"
    return unquote(text.removeprefix(prefix)) if text.startswith(prefix) else text


def layers_of(audience: Audience) -> list[LayerSpec]:
    return list(registry.visible_to(audience))


def not_found(what: str, name: str, known: Iterable[str], parameter: str) -> Problem:
    """404 for a name of something that is not there."""
    detail = f"there is no {what} {name!r:.80}; there are: {', '.join(known)}"
    return Problem(404, "not found", detail, parameter=parameter)
