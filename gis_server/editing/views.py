"""Features written by the pages, and what has changed since: thin views over `layers`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gis_server.editing.documents import read_edit, read_version
from gis_server.editing.rules import rules_for
from layers import editing, registry
from layers.changes import revision_of, revisions_of
from layers.editing import Editor, Saved
from layers.problems import Problem
from layers.spec import Audience, LayerSpec


@require_POST
def create(request: HttpRequest, layer: str) -> HttpResponse:
    """Store a new feature. The same id twice is stored once, so that a page may ask again after a lost answer."""
    spec, editor = _layer(request, layer), _editor(request)
    edit = read_edit(request)
    properties = rules_for(layer).on_create(editor, edit.properties)
    saved = editing.create(
        spec, editor, properties, edit.geometry, feature_id=edit.feature_id, city_code=settings.CITY.code
    )
    return _saved(spec, saved, status=201)


@require_http_methods(["PATCH"])
def update(request: HttpRequest, layer: str, feature_id: str) -> HttpResponse:
    """Change what is sent of a feature, if it is still the version that the editor saw."""
    spec, editor = _layer(request, layer), _editor(request)
    version, edit = read_version(request), read_edit(request)
    properties = rules_for(layer).on_update(editor, edit.properties)
    saved = editing.update(spec, editor, feature_id, properties, edit.geometry, version=version)
    return _saved(spec, saved, status=200)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """The revisions of layers: one tiny statement, and most often the answer that nothing has changed.

    Open pages ask every second, and read features only when a revision has grown.
    """
    names = _asked_layers(request)
    revisions = revisions_of(names)
    tag = '"' + ",".join(f"{name}:{revision}" for name, revision in revisions.items()) + '"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = JsonResponse({"revisions": revisions})
    response["ETag"], response["Cache-Control"] = tag, "no-cache"
    return response


def _asked_layers(request: HttpRequest) -> list[str]:
    audience = _audience(request)
    visible = [layer.name for layer in registry.visible_to(audience)]
    asked = request.GET.get("layers")
    if asked is None:
        return visible
    for name in asked.split(","):
        if name not in visible:
            raise Problem(
                400,
                "unknown layer",
                f"there is no layer {name[:60]!r}; there are: {', '.join(visible)}",
                parameter="layers",
            )
    return sorted(set(asked.split(",")))


def _saved(layer: LayerSpec, saved: Saved, status: int) -> JsonResponse:
    document: dict[str, Any] = {
        "id": saved.id,
        "version": saved.version,
        "notices": list(saved.notices),
        "revision": revision_of(layer.name),
    }
    return JsonResponse(document, status=status, headers={"ETag": f'"{saved.version}"'})


def _layer(request: HttpRequest, name: str) -> LayerSpec:
    try:
        return registry.get(name, _audience(request))
    except registry.UnknownLayerError as error:
        raise Problem(404, "unknown layer", f"there is no layer {name[:60]!r}", parameter="layer") from error


def _editor(request: HttpRequest) -> Editor:
    """Who is writing.

    Raises:
        Problem: 401 for somebody who has not signed in.
    """
    if _audience(request) is Audience.PUBLIC:
        raise Problem(401, "sign in first", "only staff who have signed in may write")
    return Editor(request.user.get_username(), _audience(request))


def _audience(request: HttpRequest) -> Audience:
    return getattr(request, "audience", Audience.PUBLIC)
