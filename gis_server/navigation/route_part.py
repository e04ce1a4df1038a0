"""Routes as a part of the API (OGC 21-000, draft): the engine of the process ``route`` behind another door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.urls import re_path

from gis_server.navigation import route_views
from gis_server.navigation.profiles import PROFILES
from gis_server.navigation.route_definition import PREFERENCES, SCHEMA
from layers.spec import Text
from ogc_api.asking import Asked
from ogc_api.definition.operations import NOT_MODIFIED, busy, content, operation, path_parameter
from ogc_api.definition.parts import Words, ref
from ogc_api.parts import Link, Part

NAME: Final = "routes"
CONF: Final = "http://www.opengis.net/spec/ogcapi-routes-1/1.0.0-draft.1/conf/"
REL: Final = "http://www.opengis.net/def/rel/ogc/1.0/routes"

_LIST = Text("経路の一覧", "Routes")
_COMPUTE = Text("経路を求める", "Compute a route")
_ROUTE = Text("経路ひとつ", "One route")
_DELETE = Text("経路を消す", "Delete a route")
_DEFINITION = Text("経路の条件", "Definition of a route")
_TEXT = {"type": "string"}
_ADDRESS = r"^routes/(?P<route>[^/]+)"

SCHEMAS: Final[dict[str, Any]] = {
    "routeDefinition": SCHEMA,
    "routeLinks": {
        "type": "object",
        "required": ["links"],
        "properties": {"links": {"type": "array", "items": ref("schemas", "link")}},
    },
    "route": {
        "type": "object",
        "required": ["type", "status", "features", "links"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "name": _TEXT,
            "status": {"type": "string", "enum": ["successful"]},
            "features": {"type": "array", "minItems": 4, "items": {"type": "object"}},
            "links": {"type": "array", "items": ref("schemas", "link")},
        },
    },
}


def _links(asked: Asked) -> Iterable[Link]:
    title = route_views.TITLE.in_language(asked.language)
    yield {"rel": REL, "type": "application/json", "title": title, "href": f"{asked.base_url}/routes"}


def _paths(asked: Asked) -> dict[str, Any]:
    words, route_id = Words(asked.language), path_parameter("routeId")
    geojson = content(ref("schemas", "route"), "application/geo+json")
    listed = content(ref("schemas", "routeLinks"))
    sent = content(ref("schemas", "routeDefinition"), is_page=False)
    computed = content(ref("schemas", "route"), "application/geo+json", is_page=False)
    computed["headers"] = {"Content-Location": {"schema": _TEXT}, "Content-Language": {"schema": _TEXT}}
    body = {"schema": ref("schemas", "routeDefinition"), "example": EXAMPLE}
    one: dict[str, Any] = {"given": [route_id], "refused": ("400", "404")}
    return {
        "/routes": {
            "get": operation("getRoutes", words(_LIST), NAME, {"200": listed, **NOT_MODIFIED}),
            "post": operation(
                "computeRoute",
                words(_COMPUTE),
                NAME,
                {"200": computed, **busy("503")},
                refused=("400", "403", "413", "422"),
                body=body,
            ),
        },
        "/routes/{routeId}": {
            "get": operation("getRoute", words(_ROUTE), NAME, {"200": geojson, **NOT_MODIFIED}, **one),
            "delete": operation(
                "deleteRoute",
                words(_DELETE),
                NAME,
                {"204": {"description": "deleted"}},
                given=[route_id],
                refused=("400", "403", "404"),
            ),
        },
        "/routes/{routeId}/definition": {
            "get": operation("getRouteDefinition", words(_DEFINITION), NAME, {"200": sent}, **one)
        },
    }


EXAMPLE: Final = {
    "inputs": {
        "name": "…",
        "waypoints": {"type": "MultiPoint", "coordinates": [[139.5596, 35.6836], [139.5660, 35.6880]]},
        "preference": "fastest",
        "mode": "walk",
    }
}

ROUTES = Part(
    name=NAME,
    title=route_views.TITLE,
    conformance=(f"{CONF}core", f"{CONF}intermediate-waypoints", f"{CONF}mode"),
    conformance_details={f"{CONF}core": {"values": list(PREFERENCES)}, f"{CONF}mode": {"modes": list(PROFILES)}},
    urlpatterns=(
        re_path(r"^routes/?$", route_views.routes, name="routes"),
        re_path(rf"{_ADDRESS}/?$", route_views.route, name="route"),
        re_path(rf"{_ADDRESS}/definition/?$", route_views.definition, name="route-definition"),
    ),
    landing_links=_links,
    paths=_paths,
    schemas=SCHEMAS,
)
