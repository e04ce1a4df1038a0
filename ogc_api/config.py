"""pygeoapi's configuration, from the registry: what an audience sees of a city. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layers.city import City
from layers.crs import CRS84_URI
from layers.formats import jsonfg
from layers.spec import Audience, LayerSpec, Text

LANGUAGES = ("ja", "en")
LICENCE_URLS = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "国土地理院コンテンツ利用規約": "https://www.gsi.go.jp/kikakuchousei/kikakuchousei40182.html",
    "国土数値情報利用約款（CC-BY-4.0互換）": "https://nlftp.mlit.go.jp/ksj/other/agreement.html",
}
"""Where the wording of a licence is; licences that are not here are named, not linked."""

DEFAULT_LICENCE = "CC-BY-4.0"

_CQL2_CLASSES = (
    "accent-insensitive-comparison",
    "advanced-comparison-operators",
    "arithmetic",
    "array-functions",
    "basic-cql2",
    "basic-spatial-functions",
    "basic-spatial-functions-plus",
    "case-insensitive-comparison",
    "cql2-json",
    "cql2-text",
    "functions",
    "property-property",
    "spatial-functions",
    "temporal-functions",
)
"""All of CQL2."""

_SCHEMA_CLASSES = (
    "advanced-property-roles",
    "profile-codelists",
    "profile-parameter",
    "profile-references",
    "queryables",
    "references",
    "returnables-and-receivables",
    "schemas",
    "sortables",
)
_SCHEMA_CLASSES_OF_THE_DRAFT = (
    "core-roles-features",
    "queryables",
    "returnables-and-receivables",
    "schemas",
    "sortables",
)
"""The names by which QGIS and others know these classes, from before the standard was approved."""

CONFORMANCE_CLASSES = (
    *jsonfg.CONFORMANCE_CLASSES,
    *(f"http://www.opengis.net/spec/cql2/1.0/conf/{name}" for name in _CQL2_CLASSES),
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    *(f"http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/{name}" for name in _SCHEMA_CLASSES),
    *(f"http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/{name}" for name in _SCHEMA_CLASSES_OF_THE_DRAFT),
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/ogc-process-description",
)
"""What holds here, and nothing else: our own road serves the features, not pygeoapi's."""


def build_config(
    layers: Iterable[LayerSpec],
    audience: Audience,
    city: City,
    base_url: str,
    processes: Mapping[str, str],
    language: str = "ja",
) -> dict[str, Any]:
    """pygeoapi's configuration for the layers that the audience may read, and the processes by dotted path."""
    visible = sorted((layer for layer in layers if audience.covers(layer.read)), key=_is_ground)
    resources = {layer.name: _collection(layer, audience, city, language) for layer in visible}
    resources |= {name: {"type": "process", "processor": {"name": path}} for name, path in processes.items()}
    return {
        "server": {
            "url": base_url,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": [language, *(other for other in LANGUAGES if other != language)],
            "gzip": False,
            "pretty_print": False,
        },
        "logging": {"level": "ERROR"},
        "metadata": _metadata(city, base_url),
        "resources": resources,
    }


def _is_ground(layer: LayerSpec) -> bool:
    """The base map comes last: it is the least of what a reader looks for here."""
    return layer.group == "base"


def title_of(city: City) -> Text:
    return Text(f"{city.name.ja} まちGIS API", f"{city.name.en} machi-gis API")


def description_of(city: City) -> Text:
    return Text(
        f"{city.name.ja}の地図データ（避難場所・避難所・被害・施設など）をOGC APIで提供します。",
        f"Map data of {city.name.en} (evacuation sites, shelters, damage, facilities …) by OGC API.",
    )


def attribution_of(layer: LayerSpec, city: City) -> Text:
    """The line to be shown with the layer; the city itself where nobody else is named."""
    return layer.open_data.attribution or city.name


def _metadata(city: City, base_url: str) -> dict[str, Any]:
    return {
        "identification": {
            "title": _in_both(title_of(city)),
            "description": _in_both(description_of(city)),
            "keywords": {"ja": ["統合型GIS", city.name.ja, "防災"], "en": ["GIS", city.name.en, "disaster"]},
            "keywords_type": "theme",
            "terms_of_service": LICENCE_URLS[DEFAULT_LICENCE],
            "url": base_url,
        },
        "license": {"name": DEFAULT_LICENCE, "url": LICENCE_URLS[DEFAULT_LICENCE]},
        "provider": {"name": _in_both(city.name)},
        "contact": {"name": _in_both(city.name)},
    }


def _collection(layer: LayerSpec, audience: Audience, city: City, language: str) -> dict[str, Any]:
    extents: dict[str, Any] = {"spatial": {"bbox": [list(city.bounds)], "crs": CRS84_URI}}
    if layer.period is not None:
        extents["temporal"] = {"begin": None, "end": None}
    return {
        "type": "collection",
        "title": _in_both(layer.title),
        "description": _in_both(layer.description),
        "keywords": {"ja": [city.name.ja, layer.title.ja], "en": [city.name.en, layer.title.en]},
        "extents": extents,
        "links": licence_links([layer.open_data.licence]),
        "providers": [
            {
                "type": "feature",
                "name": "ogc_api.provider.LayerProvider",
                "data": layer.name,
                "id_field": "id",
                "crs": [CRS84_URI],
                "storage_crs": CRS84_URI,
                "options": {"audience": audience.name, "language": language},
            }
        ],
    }


def licence_links(licences: Iterable[str]) -> list[dict[str, str]]:
    """Links to the wording of those licences whose place is known."""
    return [
        {"type": "text/html", "rel": "license", "title": licence, "href": LICENCE_URLS[licence]}
        for licence in licences
        if licence in LICENCE_URLS
    ]


def _in_both(text: Text) -> dict[str, str]:
    return {"ja": text.ja, "en": text.en}
