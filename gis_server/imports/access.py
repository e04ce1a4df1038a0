"""Who may bring files into which layers: whoever may edit a layer may import into it, nobody else.

Rasters belong to no layer: whoever may edit facilities may store them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.http import HttpRequest

from etl.models import ImportRun
from gis_server.imports.models import Upload
from layers import registry
from layers.problems import Problem
from layers.spec import Audience, LayerSpec


def importable_layers(audience: Audience) -> list[LayerSpec]:
    """The layers that an audience may import into."""
    return [layer for layer in registry.visible_to(audience) if audience.covers(layer.edit)]


def forbidden_part(columns: Mapping[str, Iterable[str]], audience: Audience) -> str:
    """The first layer, or field of one, that the audience may not write; "" where it may write all."""
    for name, fields in columns.items():
        layer = registry.get(name)
        if not (audience.covers(layer.read) and audience.covers(layer.edit)):
            return layer.title.ja
        allowed = {field.name for field in layer.editable_fields_for(audience)}
        for field in fields:
            if field not in allowed:
                return f"{layer.title.ja}: {layer.get_field(field).title.ja}"
    return ""


def may_store_rasters(audience: Audience) -> bool:
    """Whether an audience may bring rasters in: staff, as for facilities."""
    return audience.covers(registry.get("facilities").edit)


def get_staff(request: HttpRequest) -> Audience:
    """The audience of somebody who may import at all.

    Raises:
        Problem: 401 for somebody who has not signed in, 403 for an account that may edit no layer.
    """
    audience: Audience = getattr(request, "audience", Audience.PUBLIC)
    if not request.user.is_authenticated:
        raise Problem(401, "sign in first", "only staff who have signed in may import files")
    if not importable_layers(audience):
        raise Problem(403, "not allowed", "this account may not edit any layer, so it may import into none")
    return audience


def get_upload(request: HttpRequest, number: object) -> Upload:
    """An upload of the caller; administrators get everybody's. To others it does not exist."""
    audience = get_staff(request)
    upload = Upload.objects.select_related("owner").filter(pk=number).first()
    if upload is None or not (upload.owner_id == request.user.pk or audience is Audience.ADMIN):
        raise Problem(404, "unknown upload", f"there is no upload {number} of yours")
    return upload


def layers_of(run: ImportRun) -> list[str]:
    """The layers that a run went into, or was meant for."""
    return [entry["layer"] for entry in run.layers] or list(run.recognition.get("layers", []))


def may_see(run: ImportRun, audience: Audience, user_name: str) -> bool:
    """A run's findings show values of rows, so they are for those who may edit its layers, and for who started it."""
    names = layers_of(run)
    known = {layer.name for layer in importable_layers(audience)}
    return audience is Audience.ADMIN or (set(names) <= known if names else run.actor == user_name)


def get_run(request: HttpRequest, number: int) -> ImportRun:
    """A run that the caller may see.

    Raises:
        Problem: 404 where there is none.
    """
    audience = get_staff(request)
    run = ImportRun.objects.filter(pk=number).first()
    if run is None or not may_see(run, audience, request.user.get_username()):
        raise Problem(404, "unknown import", f"there is no import {number} that you may see")
    return run
