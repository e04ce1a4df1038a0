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

from layers.crs import Crs
from layers.editing import Editor
from layers.problems import Problem
from layers.reading import Form
from layers.spec import Audience, LayerSpec
from ogc_api import asking
from ogc_api.asking import Asked
from ogc_api.features.items import Found, offered, read_form
from ogc_api.features.tags import is_of, tag_of
from ogc_api.writing.body import read_content_crs

UNAUTHENTICATED: Final = 'Bearer realm="machi-gis"'

Properties = Mapping[str, Any]


class Rules(Protocol):
    """What the owner of a layer adds to what is written (`OGC_API_WRITING_RULES`)."""

    on_create: Callable[[Editor, Properties], Properties]
    on_update: Callable[[Editor, Properties], Properties]


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who may write to a layer, in which system the coordinates are sent, and how the answer is wanted."""

    layer: LayerSpec
    editor: Editor
    asked: Asked
    city_code: str
    sent_in: Crs
    answered_in: Form


def open_for(
    request: HttpRequest, collection: str, view: Callable[..., HttpResponse], address: Mapping[str, str]
) -> HttpResponse:
    """Call `view` with the writer.

    A session is a cookie, which a browser sends for any site, so it needs the proof of origin; a token does not.

    Raises:
        Problem: 404 for a collection that the caller may not know of, 401 without a name, 403 below the layer's role.
    """
    layer = asking.get_layer(request, collection)
    if asking.audience_of(request) is Audience.PUBLIC:
        raise _unnamed()
    asked = asking.read(request, () if request.method == "DELETE" else ("crs",))
    writer = writer_to(layer, asked, get_editor(request, asked), read_content_crs(request, offered()))

    def proven(request: HttpRequest) -> HttpResponse:
        return view(request, writer, **address)

    response: HttpResponse = csrf_protect(proven)(request)
    return response


def get_editor(request: HttpRequest, asked: Asked) -> Editor:
    """Raises:
    Problem: 401 for nobody in particular.
    """
    if asked.audience is Audience.PUBLIC:
        raise _unnamed()
    return Editor(request.user.get_username(), asked.audience)


def _unnamed() -> Problem:
    return Problem(401, "sign in first", "only who has signed in, or sends a token, may write")


def writer_to(layer: LayerSpec, asked: Asked, editor: Editor, sent_in: Crs) -> Writer:
    """Raises:
    Problem: 403 below the layer's role.
    """
    if not asked.audience.covers(layer.edit):
        raise Problem(403, "not allowed", f"{editor.name} may not write to {layer.name}")
    return Writer(layer, editor, asked, settings.CITY.code, sent_in, read_form(layer, asked))


def rules_of(layer: LayerSpec) -> Rules:
    rules: Rules = import_string(settings.OGC_API_WRITING_RULES)(layer.name)
    return rules


def read_match(request: HttpRequest) -> list[str]:
    """The tags in the header If-Match; ``*`` stands for any state.

    Raises:
        Problem: 428 where it is missing (RFC 6585, 3), 400 where it is not what RFC 9110, 13.1.1 says.
    """
    return read_tags(request.headers.get("If-Match", ""))


def read_tags(header: str) -> list[str]:
    """The tags of a text as the header If-Match holds it. Raises as `read_match`."""
    header = header.strip()
    if not header:
        detail = "If-Match must hold the ETag of the feature that was changed, as GET gives it"
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
