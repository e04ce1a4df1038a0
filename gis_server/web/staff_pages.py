"""What the pages of staff have in common: the language, the way to the door, and the state of long work."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.urls import reverse

from gis_server.web.problems import wants_page


@dataclass(frozen=True, slots=True)
class Mark:
    """How a state looks: a word, and a sign and a tone that go with it."""

    name: str
    words: str
    sign: str
    tone: str


def language_of(request: HttpRequest) -> str:
    """The language of the reader, ``ja`` or ``en``."""
    return str(getattr(request, "LANGUAGE_CODE", "ja"))


def sign_in_first(request: HttpRequest) -> HttpResponse | None:
    """The way to the door for a person who has not signed in; programs get the problem document."""
    if request.user.is_authenticated or not wants_page(request):
        return None
    return HttpResponseRedirect(reverse("sign-in") + "?" + urlencode({"next": request.get_full_path()}))


def state_answer(request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
    """How far some work is: a few bytes, and most often the answer that nothing has changed."""
    text = json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(text, content_type="application/json")
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    return response
