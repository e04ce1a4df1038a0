"""The addresses of routes: /routes, /routes/{id}, /routes/{id}/definition.

A route is its owner's alone; one that nobody in particular asked for is reached by its id and listed nowhere.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from gis_server.navigation import kept_routes
from gis_server.navigation.models import Route
from gis_server.navigation.route_definition import MOST_BYTES, read_definition
from layers.problems import Problem
from layers.spec import Text
from ogc_api import asking, words
from ogc_api.answering import GEOJSON, JSON, SAFE_METHODS, answers, json_response, page, to_text
from ogc_api.asking import Asked
from ogc_api.callers import caller_of, find_own
from ogc_api.processes.execution import proven, uncached

TITLE = Text("経路", "Routes")
UNNAMED = Text("名前のない経路", "Route without a name")
RETRY_AFTER_S = 30

_WORDS = {
    "lead": Text(
        "OGC API – Routes で求めた経路の一覧です。1日で消えます。",
        "The routes that you asked for by OGC API – Routes. They are kept for a day.",
    ),
    "anonymous": Text(
        "サインインしていない人の経路は一覧に出ません。求めたときのアドレス（Content-Location）で見られます。",
        "Routes of people who have not signed in are not listed; the address that came with the route shows it.",
    ),
    "none": Text("経路はありません。", "There are no routes."),
    "definition": Text("この経路の条件", "Definition of this route"),
    "length": Text("長さ", "Length"),
    "duration": Text("時間", "Time"),
    "minutes": Text("分", "min"),
    "steps": Text("案内", "Directions"),
}


def routes(request: HttpRequest) -> HttpResponseBase:
    """The caller's routes; POST computes one."""
    response = _routes(request)
    if response.status_code == 503:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response


routes.csrf_exempt = True  # type: ignore[attr-defined]  # who is known by a session gives the proof in `proven`


@csrf_exempt  # type: ignore[untyped-decorator]
@answers("GET", "HEAD", "POST")
def _routes(request: HttpRequest) -> HttpResponseBase:
    asked = asking.read(request)
    if request.method not in SAFE_METHODS:
        return proven(request, lambda: _compute(request, asked))
    owner = caller_of(request).owner
    own = list(Route.objects.filter(owner=owner).only("id", "name", "created").order_by("-created")) if owner else []
    said = words.in_language(asked.language)
    document: dict[str, Any] = {
        "links": [
            {"rel": "self", "type": JSON, "title": said.this_json, "href": f"{asked.base_url}/routes?f=json"},
            {
                "rel": "alternate",
                "type": "text/html",
                "title": said.this_html,
                "href": f"{asked.base_url}/routes?f=html",
            },
            *(
                {"rel": "item", "type": GEOJSON, "title": _title(route, asked), "href": _url(route, asked)}
                for route in own
            ),
        ]
    }
    if asked.html:
        rows = [{"title": _title(route, asked), "href": _url(route, asked), "created": route.created} for route in own]
        context = {"title": TITLE.in_language(asked.language), "rows": rows, "is_somebody": owner is not None}
        return uncached(page(request, asked, "routes.html", context | _said(asked)))
    return uncached(json_response(request, asked, document))


def _compute(request: HttpRequest, asked: Asked) -> HttpResponse:
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise Problem(413, "too large", f"the definition is larger than {MOST_BYTES} bytes")
    text, definition = read_definition(request.body)
    computed = kept_routes.compute(definition, asked.language)
    route = kept_routes.keep(text, definition.name, computed, caller_of(request))
    response = HttpResponse(to_text(_document(route, asked)), content_type=GEOJSON)
    response["Content-Location"] = _url(route, asked)
    response["Content-Language"] = asked.language
    return uncached(response)


@csrf_exempt  # type: ignore[untyped-decorator]  # as above
@answers("GET", "HEAD", "DELETE")
def route(request: HttpRequest, route: str) -> HttpResponseBase:
    """One route in the Route Exchange Model; DELETE forgets it."""
    asked = asking.read(request)
    found = get_route(request, route)
    if request.method not in SAFE_METHODS:
        return proven(request, lambda: _forget(found))
    document = _document(found, asked)
    if asked.html:
        return uncached(page(request, asked, "route.html", _shown(found, document, asked)))
    return uncached(json_response(request, asked, document, GEOJSON))


def _forget(found: Route) -> HttpResponse:
    found.delete()
    return uncached(HttpResponse(status=204))


@answers("GET", "HEAD")
def definition(request: HttpRequest, route: str) -> HttpResponseBase:
    """What a route was computed from, as it was sent."""
    asking.read(request)
    return uncached(HttpResponse(get_route(request, route).definition, content_type=JSON))


def get_route(request: HttpRequest, key: str) -> Route:
    """A route that the caller may know of.

    Raises:
        Problem: 404, also where it is somebody else's.
    """
    found = find_own(Route, request, key)
    if found is None:
        raise Problem(404, "unknown route", f"there is no route {key!r:.80} of yours", parameter="routeId")
    return found


def _url(route: Route, asked: Asked) -> str:
    return f"{asked.base_url}/routes/{route.pk}"


def _title(route: Route, asked: Asked) -> str:
    return route.name or UNNAMED.in_language(asked.language)


def _said(asked: Asked) -> dict[str, Any]:
    return {"said": {name: text.in_language(asked.language) for name, text in _WORDS.items()}}


def _document(route: Route, asked: Asked) -> dict[str, Any]:
    own, said = _url(route, asked), words.in_language(asked.language)
    query = urlencode({"lang": asked.parameters["lang"]}) if "lang" in asked.parameters else ""
    links = [
        {"rel": "self", "type": GEOJSON, "title": said.this_json, "href": f"{own}?{query}" if query else own},
        {"rel": "alternate", "type": "text/html", "title": said.this_html, "href": f"{own}?f=html"},
        {"rel": "describedby", "type": JSON, "title": _said(asked)["said"]["definition"], "href": f"{own}/definition"},
    ]
    return {**route.answers[asked.language], "links": links}


def _shown(route: Route, document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """What the page shows of the document."""
    features = [one["properties"] for one in document["features"]]
    return {
        "name": _title(route, asked),
        "title": TITLE.in_language(asked.language),
        "overview": features[0],
        "minutes": max(1, -(-features[0]["duration_s"] // 60)),
        "steps": [one for one in features if one["type"] == "segment"],
        "route_url": _url(route, asked),
        "bounds": settings.CITY.bounds,
        **_said(asked),
    }
