"""Operations of the definition, put together from what each address knows. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ogc_api.definition.parts import parameters, ref

Document = dict[str, Any]
_TEXT = {"type": "string"}


def operation(
    name: str,
    summary: str,
    tag: str,
    responses: Document,
    *,
    given: Iterable[Document] = (),
    refused: Iterable[str] = ("400",),
    body: Document | None = None,
) -> Document:
    """One operation.

    Args:
        given: parameters besides ``f`` and ``lang``, which every address takes.
        refused: the statuses that are answered with a problem.
        body: schema of the JSON that is sent, and what else its media type says.
    """
    document: Document = {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "parameters": [*given, *parameters("f", "lang")],
        "responses": responses | {status: ref("responses", "Problem") for status in refused},
    }
    if body is not None:
        document["requestBody"] = {"required": True, "content": {"application/json": body}}
    return document


def header(name: str, description: str, **schema: Any) -> Document:
    """A header that may be sent."""
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {**_TEXT, **schema}}


def path_parameter(name: str, **schema: Any) -> Document:
    return {"name": name, "in": "path", "required": True, "schema": {**_TEXT, **schema}}


def content(schema: Document, *media_types: str, description: str = "OK", is_page: bool = True) -> Document:
    """A good answer with a schema of its own, as JSON and, mostly, as a page."""
    page = {"text/html": {"schema": _TEXT}} if is_page else {}
    kinds = {kind: {"schema": schema} for kind in media_types or ("application/json",)}
    return {"description": description, "content": {**kinds, **page}}


NOT_MODIFIED = {"304": ref("responses", "NotModified")}
WAIT = {"Retry-After": {"description": "seconds to wait before the next try", "schema": {"type": "integer"}}}


def busy(status: str) -> Document:
    """A refusal for now."""
    problem = {"application/problem+json": {"schema": ref("schemas", "problem")}, "text/html": {"schema": _TEXT}}
    said = {"429": "too much of yours is waiting", "503": "too much is waiting, or what is needed is not there yet"}
    return {status: {"description": said[status], "headers": WAIT, "content": problem}}
