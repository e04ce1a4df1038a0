"""What a request asks for, read once: for whom, in which language, as JSON or as a page, from which address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from layers import registry
from layers.problems import Problem
from layers.spec import Audience, LayerSpec
from ogc_api.features.parameters import MAX_TEXT, MAX_TEXTS

LANGUAGES = ("ja", "en")
COMMON_PARAMETERS = ("f", "lang")
_JSON_TYPES = ("application/json", "application/geo+json", "application/schema+json", "application/problem+json")

Formats = Mapping[str, tuple[str, ...]]
"""The names that ``f`` takes at an address, each with its media types; the first is what is sent unasked."""

FORMATS: Formats = {"json": _JSON_TYPES, "html": ("text/html",)}
"""What nearly every address offers."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The part of a request that every answer depends on.

    Args:
        base_url: absolute address of the landing page, without a slash at its end.
        parameters: the query's parameters, each given once.
        posted: the body that gave the parameters, where it was no query.
        format: one of the names of `Formats`.
    """

    audience: Audience
    language: str
    html: bool
    base_url: str
    url: str
    parameters: Mapping[str, str]
    posted: Mapping[str, Any] | None = None
    format: str = "json"


def read(
    request: HttpRequest,
    known: Iterable[str] = (),
    formats: Formats | tuple[str, ...] = FORMATS,
    listed: frozenset[str] = frozenset(),
) -> Asked:
    """Read and check what every address has in common.

    Args:
        known: the parameters that this address knows besides ``f`` and ``lang``.
        formats: what ``f`` may be; with media types, where ``Accept`` may ask for it too.
        listed: parameters that may be given several times, which is as once with commas between.

    Raises:
        Problem: 400 for a parameter that is not known, given twice, or too long (OGC 17-069r4, 7.7).
    """
    allowed = (*known, *COMMON_PARAMETERS)
    for name, given in request.GET.lists():
        check_parameter(name, [",".join(given)] if name in listed else given, allowed)
    written = request.GET.get("f")
    if written is not None and written not in formats:
        raise Problem(400, "invalid parameter", f"f={written!r:.80} is not one of {', '.join(formats)}", parameter="f")
    chosen = _format_of(request, formats if isinstance(formats, Mapping) else FORMATS)
    return Asked(
        audience=audience_of(request),
        language=_language(request),
        html=chosen == "html",
        base_url=base_url(request),
        url=request.build_absolute_uri(),
        parameters={name: ",".join(given) if name in listed else given[0] for name, given in request.GET.lists()},
        format=chosen,
    )


def check_parameter(name: str, given: list[str], allowed: tuple[str, ...]) -> None:
    """Raises:
    Problem: 400 for a parameter that is not known, given twice, or too long.
    """
    if name not in allowed:
        raise Problem(
            400,
            "unknown parameter",
            f"the parameter {name!r:.80} is not known here; known are: {', '.join(allowed)}",
            parameter=name[:80],
            extra={"known": list(allowed)},
        )
    if len(given) > 1:
        raise Problem(400, "invalid parameter", f"{name} is given {len(given)} times, once is right", parameter=name)
    longest = MAX_TEXTS.get(name, MAX_TEXT)
    if len(given[0]) > longest:
        raise Problem(400, "invalid parameter", f"{name} is longer than {longest} characters", parameter=name)


def audience_of(request: HttpRequest) -> Audience:
    """Who is asking, as the site's middleware found out; nobody in particular without one."""
    audience: Audience = getattr(request, "audience", Audience.PUBLIC)
    return audience


def wants_html(request: HttpRequest) -> bool:
    """True for a browser, and for whoever says ``f=html``."""
    return _format_of(request, FORMATS) == "html"


def _format_of(request: HttpRequest, formats: Formats) -> str:
    """What the address says, otherwise what the caller likes best; the first where that is all the same."""
    written: str | None = request.GET.get("f")
    if written is not None:
        return written
    if request.headers.get("Accept", "*/*") == "*/*":
        return next(iter(formats))
    by_type = {media_type: name for name, types in formats.items() for media_type in types}
    return by_type.get(str(request.get_preferred_type(list(by_type))), next(iter(formats)))


def base_url(request: HttpRequest) -> str:
    return str(request.build_absolute_uri(reverse("ogc_api:landing"))).rstrip("/")


def _language(request: HttpRequest) -> str:
    written: str | None = request.GET.get("lang")
    if written is None:
        return language_of(request)
    if written not in LANGUAGES:
        raise Problem(
            400, "invalid parameter", f"lang={written!r:.80} is not one of {', '.join(LANGUAGES)}", parameter="lang"
        )
    return written


def language_of(request: HttpRequest) -> str:
    """The page's language: as the address says, otherwise as the site's middleware chose."""
    chosen = request.GET.get("lang") or getattr(request, "LANGUAGE_CODE", "ja")
    return "en" if chosen.lower().startswith("en") else "ja"


def get_layer(request: HttpRequest, name: str) -> LayerSpec:
    """The layer of a collection's address.

    Raises:
        Problem: 404, also where the audience may not know of it.
    """
    try:
        return registry.get(name, audience_of(request))
    except registry.UnknownLayerError as error:
        known = [layer.name for layer in registry.visible_to(audience_of(request))]
        raise Problem(
            404,
            "unknown collection",
            f"there is no collection {name!r:.80}; there are: {', '.join(known)}",
            parameter="collectionId",
        ) from error
