"""Who may write, from where, and on which state: what every writing request passes before its body is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_protect

from layers.editing import Editor
from layers.problems import Problem
from layers.spec import Audience, LayerSpec
from ogc_api import asking
from ogc_api.asking import Asked
from ogc_api.features.items import Found
from ogc_api.features.tags import is_of, tag_of

UNAUTHENTICATED: Final = 'Bearer realm="machi-gis"'

Properties = Mapping[str, Any]


class Rules(Protocol):
    """What the owner of a layer adds to what is written (`OGC_API_WRITING_RULES`)."""

    on_create: Callable[[Editor, Properties], Properties]
    on_update: Callable[[Editor, Properties], Properties]


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who may write to a layer, and how this person wants to be answered."""

    layer: LayerSpec
    editor: Editor
    asked: Asked
    city_code: str


def open_for(
    request: HttpRequest, collection: str, view: Callable[..., HttpResponse], address: Mapping[str, str]
) -> HttpResponse:
    """Call `view` with the writer.

    A session is a cookie, which a browser sends for any site, so it needs the proof of origin; a token does not.

    Raises:
        Problem: 404 for a collection that the caller may not know of, 401 without a name, 403 below the layer's role.
    """
    layer = asking.get_layer(request, collection)
    audience = asking.audience_of(request)
    if audience is Audience.PUBLIC:
        raise Problem(401, "sign in first", "only who has signed in, or sends a token, may write")
    editor = Editor(request.user.get_username(), audience)
    if not audience.covers(layer.edit):
        raise Problem(403, "not allowed", f"{editor.name} may not write to {layer.name}")
    asked = asking.read(request)
    writer = Writer(layer, editor, asked, settings.CITY.code)

    def proven(request: HttpRequest) -> HttpResponse:
        return view(request, writer, **address)

    response: HttpResponse = csrf_protect(proven)(request)
    return response


def rules_of(layer: LayerSpec) -> Rules:
    rules: Rules = import_string(settings.OGC_API_WRITING_RULES)(layer.name)
    return rules


def read_match(request: HttpRequest) -> list[str]:
    """The tags in the header If-Match; ``*`` stands for any state.

    Raises:
        Problem: 428 where it is missing (RFC 6585, 3), 400 where it is not what RFC 9110, 13.1.1 says.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        detail = "the header If-Match must hold the ETag of the feature that was changed, as GET gives it"
        raise Problem(428, "which version?", detail, parameter="If-Match")
    tags = parse_etags(header)
    if not tags:
        detail = f"If-Match={header!r:.80} is not an ETag in quotes, as GET gives it"
        raise Problem(400, "invalid header", detail, parameter="If-Match")
    return list(tags)


def check_match(wanted: list[str], found: Found, writer: Writer) -> None:
    """The feature is in one of the states that the caller saw.

    Raises:
        Problem: 412, with the version and the ETag as they are.
    """
    if "*" in wanted or any(is_of(tag, found.state) for tag in wanted):
        return
    extra = {"version": found.version, "etag": tag_of(found.state, writer.layer, writer.asked)}
    detail = f"the feature is not as If-Match says: it is at version {found.version}; read it again"
    raise Problem(412, "changed by somebody else", detail, parameter="If-Match", extra=extra)
