"""What documents about tiles are answered with: headers, 304 where the client has it already. Readers of requests."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from layers.spec import Audience


def json_answer(request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
    """A document that depends on who asks."""
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return bytes_answer(request, content, "application/json", is_public=audience_of(request) == Audience.PUBLIC)


def bytes_answer(request: HttpRequest, content: bytes, media_type: str, *, is_public: bool) -> HttpResponse:
    """Bytes known by their ETag; 304 where the client has them already."""
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    response = HttpResponse(status=304) if is_known(request, etag) else HttpResponse(content, content_type=media_type)
    return cacheable(response, etag, is_public=is_public)


def cacheable(response: HttpResponse, etag: str, *, is_public: bool) -> HttpResponse:
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache" if is_public else "private, no-store"
    if is_public:
        response["Access-Control-Allow-Origin"] = "*"
    patch_vary_headers(response, ["Cookie", "Authorization"])
    return response


def is_known(request: HttpRequest, etag: str) -> bool:
    """Whether the client has this very representation (RFC 9110, 13.1.2: weak comparison)."""
    asked = [known.removeprefix("W/") for known in parse_etags(request.headers.get("If-None-Match", ""))]
    return "*" in asked or etag in asked


def audience_of(request: HttpRequest) -> Audience:
    return getattr(request, "audience", Audience.PUBLIC)


def language_of(request: HttpRequest) -> str:
    return "en" if getattr(request, "LANGUAGE_CODE", "ja").startswith("en") else "ja"


def root_of(request: HttpRequest) -> str:
    return str(request.build_absolute_uri(reverse("tiles:index")))
