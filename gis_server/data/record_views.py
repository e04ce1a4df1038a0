"""The catalogue as a collection of records below ``/api/``: all that the caller may read here, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from gis_server.data import record_search
from gis_server.data.entries import catalogue_for
from layers.spec import Text
from ogc_api import asking, open_data, parts, words
from ogc_api.answering import GEOJSON, JSON, answers, json_response, page
from ogc_api.asking import Asked

Json = dict[str, Any]

NAME: Final = "catalogue"
TITLE: Final = Text("データカタログ", "Data catalogue")
DESCRIPTION: Final = Text(
    "このまちのデータの目録。ひとつの記録がひとつのデータで、すべての形式・タイル・APIへのリンクがあります。",
    "What data this city has: one record for each, with links to every format, the tiles and the API.",
)
_WORDS: Final = {
    "find": Text("ことばで探す", "Find by words"),
    "search": Text("探す", "Find"),
    "none": Text("条件に合う記録はありません。", "No record matches."),
    "updated": Text("最終更新", "Last change"),
    "access": Text("入手・接続", "Access"),
    "count": Text("{matched}件の記録", "{matched} records"),
}


def items_url(asked: Asked) -> str:
    return f"{asked.base_url}/collections/{NAME}/items"


def records_for(asked: Asked) -> list[Json]:
    """A record for each layer, and for each other collection that the parts offer."""
    catalogue = catalogue_for(asked.base_url.removesuffix("/api"), asked.audience)
    own = items_url(asked)
    records = [open_data.build_record(catalogue, entry, asked.language, own) for entry in catalogue.entries]
    return [*records, *(_of_collection(one, asked) for one in parts.collections(asked) if one["id"] != NAME)]


def _of_collection(document: Json, asked: Asked) -> Json:
    """A record for a collection that is no layer, from what it says of itself."""
    extent = document.get("extent", {})
    box = next(iter(extent.get("spatial", {}).get("bbox", [])), None)
    span = next(iter(extent.get("temporal", {}).get("interval", [])), None)
    own = items_url(asked)
    title = str(document.get("title", document["id"]))
    links = [link for link in document.get("links", ()) if link.get("rel") not in {"self", "alternate", "collection"}]
    return {
        "id": document["id"],
        "type": "Feature",
        "conformsTo": [open_data.RECORD_CORE],
        "time": {"interval": [text or ".." for text in span]} if span and any(span) else None,
        "geometry": open_data.box_geojson((*box[:2], *box[len(box) // 2 :][:2])) if box else None,
        "properties": {
            "type": "dataset",
            "title": title,
            "description": str(document.get("description", "")),
            "language": open_data.LANGUAGES[asked.language],
            "keywords": list(document.get("keywords", [title])),
            "contacts": [{"organization": settings.CITY.name.in_language(asked.language), "roles": ["publisher"]}],
            **({"license": document["license"]} if "license" in document else {}),
            **({"rights": document["attribution"]} if "attribution" in document else {}),
        },
        "links": [
            {"rel": "self", "type": GEOJSON, "href": f"{own}/{document['id']}"},
            {"rel": "collection", "type": GEOJSON, "href": own},
            {"rel": "data", "type": JSON, "title": title, "href": f"{asked.base_url}/collections/{document['id']}"},
            *links,
        ],
    }


def collection_document(asked: Asked) -> Json:
    """The catalogue as a collection (record collection: catalog.yaml)."""
    said, own = words.in_language(asked.language), f"{asked.base_url}/collections/{NAME}"
    title = TITLE.in_language(asked.language)
    return {
        "id": NAME,
        "type": "Catalog",
        "itemType": "record",
        "title": title,
        "description": DESCRIPTION.in_language(asked.language),
        "conformsTo": ["http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-collection"],
        "extent": {
            "spatial": {"bbox": [list(settings.CITY.bounds)], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
        },
        "language": open_data.LANGUAGES[asked.language],
        "languages": list(open_data.LANGUAGES.values()),
        "contacts": [{"organization": settings.CITY.name.in_language(asked.language), "roles": ["publisher"]}],
        "attribution": settings.CITY.name.in_language(asked.language),
        "license": "CC-BY-4.0",
        "links": [
            {"rel": "self", "type": JSON, "title": said.this_json, "href": f"{own}?f=json"},
            {"rel": "alternate", "type": "text/html", "title": said.this_html, "href": f"{own}?f=html"},
            {"rel": "items", "type": GEOJSON, "title": title, "href": f"{own}/items?f=json"},
            {"rel": "items", "type": "text/html", "title": title, "href": f"{own}/items?f=html"},
        ],
    }


def collections(asked: Asked) -> Iterable[Json]:
    yield collection_document(asked)


@answers("GET", "HEAD")
def items(request: HttpRequest) -> HttpResponseBase:
    """The records that match, in the order of the catalogue."""
    asked = asking.read(request, record_search.PARAMETERS)
    found = record_search.matching(records_for(asked), asked.parameters, timezone.get_default_timezone())
    shown, cursor = record_search.page_of(found, asked.parameters)
    document = {
        "type": "FeatureCollection",
        "numberMatched": len(found),
        "numberReturned": len(shown),
        "features": list(shown),
        "links": _links(asked, cursor),
    }
    if asked.html:
        following = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)
        context = {
            "document": document,
            "next": following,
            "q": asked.parameters.get("q", ""),
            **_said(asked, len(found)),
        }
        return page(request, asked, "records.html", context)
    return json_response(request, asked, document, GEOJSON)


def _links(asked: Asked, cursor: str | None) -> list[dict[str, str]]:
    own, said = items_url(asked), words.in_language(asked.language)
    kept = {name: text for name, text in asked.parameters.items() if name not in {"f", "cursor"}}
    form = {"f": asked.parameters["f"]} if "f" in asked.parameters else {}
    links = [
        {"rel": "self", "type": GEOJSON, "title": said.this_json, "href": asked.url},
        {
            "rel": "alternate",
            "type": "text/html",
            "title": said.this_html,
            "href": f"{own}?{urlencode(kept | {'f': 'html'})}",
        },
        {"rel": "collection", "type": JSON, "href": f"{asked.base_url}/collections/{NAME}"},
    ]
    if cursor is not None:
        query = urlencode(kept | form | {"cursor": cursor})
        links.append({"rel": "next", "type": GEOJSON, "title": said.next_page, "href": f"{own}?{query}"})
    return links


@answers("GET", "HEAD")
def item(request: HttpRequest, record: str) -> HttpResponseBase:
    """One record."""
    asked = asking.read(request)
    found = record_search.get_record(records_for(asked), record)
    if asked.html:
        url = f"{items_url(asked)}/{found['id']}"
        context = {"record": found, "record_url": url, "bounds": settings.CITY.bounds, **_said(asked, 1)}
        return page(request, asked, "record.html", context)
    return json_response(request, asked, found, GEOJSON)


def _said(asked: Asked, count: int) -> Json:
    said = {name: text.in_language(asked.language) for name, text in _WORDS.items()}
    return {
        "said": said | {"count": said["count"].format(matched=count)},
        "title": TITLE.in_language(asked.language),
        "lead": DESCRIPTION.in_language(asked.language),
        "catalogue_url": f"{asked.base_url}/collections/{NAME}",
    }
