"""The catalogue of open data as harvesters read it: DCAT-AP (JSON-LD) and records of OGC API – Records. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from layers.city import City
from layers.formats import FORMATS, Format, formats_for
from layers.formats.municipal_standard import MunicipalStandard, standards_of
from layers.spec import LayerSpec, Text

Json = dict[str, Any]

LICENCE_URIS = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "PDL-1.0": "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
    "国土地理院コンテンツ利用規約": "https://www.gsi.go.jp/kikakuchousei/kikakuchousei40182.html",
}
"""Licences that have an address of their own; others are given by name."""

RECORD_CORE = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "locn": "http://www.w3.org/ns/locn#",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A layer and what is known of its public rows.

    Args:
        extent: west, south, east, north in degrees.
        sources: attribution line and licence of each data set that rows come from.
    """

    layer: LayerSpec
    count: int
    changed_at: datetime.datetime | None
    extent: tuple[float, float, float, float] | None
    sources: tuple[tuple[str, str], ...]

    @property
    def licence(self) -> str:
        """The licence that the rows themselves came with, where it is one; else the layer's own."""
        licences = {licence for _, licence in self.sources}
        return licences.pop() if len(licences) == 1 else self.layer.open_data.licence


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that a city gives to everybody; `root` is the site's address without a slash at its end."""

    root: str
    city: City
    entries: tuple[Entry, ...]

    @property
    def title(self) -> Text:
        return Text(f"{self.city.name.ja} オープンデータ", f"Open data of {self.city.name.en}")


def build_dcat(catalogue: Catalogue) -> Json:
    """The catalogue in DCAT-AP 3, as CKAN's and BODIK's harvesters read it."""
    moments = [entry.changed_at for entry in catalogue.entries if entry.changed_at]
    document = {
        "@context": _CONTEXT,
        "@id": f"{catalogue.root}/data/",
        "@type": "dcat:Catalog",
        "dct:title": _words(catalogue.title),
        "dct:description": _words(
            Text("このまちの地図データの一覧。", "The map data of the city."),
        ),
        "dct:publisher": _publisher(catalogue.city),
        "dct:language": [{"@id": f"http://publications.europa.eu/resource/authority/language/{c}"} for c in _LANGUAGES],
        "foaf:homepage": {"@id": f"{catalogue.root}/"},
        "dcat:dataset": [_dataset(catalogue, entry) for entry in catalogue.entries],
    }
    return document | ({"dct:modified": _moment(max(moments))} if moments else {})


_LANGUAGES = ("JPN", "ENG")


def _dataset(catalogue: Catalogue, entry: Entry) -> Json:
    layer = entry.layer
    page = f"{catalogue.root}/data/{layer.name}"
    document = {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": f"{catalogue.city.code}-{layer.name}",
        "dct:title": _words(layer.title),
        "dct:description": _words(layer.description),
        "dct:publisher": _publisher(catalogue.city),
        "dct:license": licence_of(entry.licence),
        "dct:provenance": [
            {"@type": "dct:ProvenanceStatement", "dct:description": f"{line}（{licence}）"}
            for line, licence in _attributions(catalogue.city, entry)
        ],
        "dcat:landingPage": {"@id": page},
        "dcat:keyword": [{"@language": "ja", "@value": layer.title.ja}, {"@language": "en", "@value": layer.title.en}],
        "dcat:distribution": [
            part | {"dct:license": licence_of(entry.licence)} for part in _distributions(catalogue.root, layer)
        ],
    }
    if entry.changed_at:
        document["dct:modified"] = _moment(entry.changed_at)
    if entry.extent:
        document["dct:spatial"] = {"@type": "dct:Location", "dcat:bbox": _box_wkt(entry.extent)}
    return document


def _distributions(root: str, layer: LayerSpec) -> Iterable[Json]:
    """A file in each format, the sheets of the standard, and the API."""
    for known in formats_for(layer):
        yield _file(root, layer, known.extension, known.title, known)
    for sheet in standards_of(layer):
        yield _sheet(root, layer, sheet)
    api = f"{root}/api/collections/{layer.name}"
    yield {
        "@id": api,
        "@type": "dcat:Distribution",
        "dct:title": _words(Text("OGC API – Features", "OGC API – Features")),
        "dcat:accessURL": {"@id": api},
        "dcat:accessService": {
            "@id": f"{root}/api/",
            "@type": "dcat:DataService",
            "dct:title": _words(Text("OGC API", "OGC API")),
            "dcat:endpointURL": {"@id": f"{root}/api/"},
            "dcat:endpointDescription": {"@id": f"{root}/api/openapi"},
        },
    }


def _sheet(root: str, layer: LayerSpec, sheet: MunicipalStandard) -> Json:
    csv = next(known for known in FORMATS if known.name == "csv")
    title = Text(
        f"自治体標準オープンデータセット {sheet.title.ja}", f"Municipal standard open dataset: {sheet.title.en}"
    )
    standard = {"@id": "https://www.digital.go.jp/resources/open_data/municipal-standard-data-set-test"}
    return _file(root, layer, f"{sheet.name}.csv", title, csv) | {"dct:conformsTo": standard}


def _file(root: str, layer: LayerSpec, ending: str, title: Text, known: Format) -> Json:
    address = f"{root}/data/{layer.name}.{ending}"
    media_type = known.media_type.split(";")[0]
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": _words(title),
        "dct:format": known.title.en,
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
        "dcat:accessURL": {"@id": f"{root}/data/{layer.name}"},
        "dcat:downloadURL": {"@id": address},
    }


def build_records(catalogue: Catalogue) -> Json:
    """All records; the city has few enough for one page."""
    return {
        "type": "FeatureCollection",
        "numberMatched": len(catalogue.entries),
        "numberReturned": len(catalogue.entries),
        "features": [build_record(catalogue, entry) for entry in catalogue.entries],
        "links": [{"rel": "self", "type": "application/geo+json", "href": f"{catalogue.root}/data/records"}],
    }


def build_record(catalogue: Catalogue, entry: Entry, language: str = "ja", items_url: str | None = None) -> Json:
    """A record of OGC API – Records, Part 1, 7: the data set as a feature whose geometry is its extent.

    Args:
        language: of title and description.
        items_url: where the records are; None stands for the list of the open data.
    """
    layer = entry.layer
    titles = (layer.title.ja, layer.title.en)
    properties = {
        "type": "dataset",
        "title": layer.title.in_language(language),
        "description": layer.description.in_language(language),
        "language": LANGUAGES[language],
        "languages": list(LANGUAGES.values()),
        "keywords": list(titles),
        "externalIds": [{"scheme": "city-code", "value": f"{catalogue.city.code}-{layer.name}"}],
        "formats": [
            {"name": known.title.en, "mediaType": known.media_type.split(";")[0]} for known in formats_for(layer)
        ],
        "license": licence_of(entry.licence).get("@id") or entry.licence,
        "rights": " / ".join(line for line, _ in _attributions(catalogue.city, entry)),
        "contacts": [{"organization": catalogue.city.name.in_language(language), "roles": ["publisher"]}],
    }
    if entry.changed_at:
        properties["updated"] = entry.changed_at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": layer.name,
        "type": "Feature",
        "conformsTo": [RECORD_CORE],
        "time": None,
        "geometry": box_geojson(entry.extent) if entry.extent else None,
        "properties": properties,
        "links": list(_links(catalogue.root, layer, items_url or f"{catalogue.root}/data/records")),
    }


LANGUAGES = {"ja": {"code": "ja", "name": "日本語"}, "en": {"code": "en", "name": "English"}}


def _links(root: str, layer: LayerSpec, items_url: str) -> Iterable[Json]:
    api = f"{root}/api/collections/{layer.name}"
    yield {"rel": "self", "type": "application/geo+json", "href": f"{items_url}/{layer.name}"}
    yield {"rel": "collection", "type": "application/geo+json", "href": items_url}
    yield {"rel": "describedby", "type": "text/html", "href": f"{root}/data/{layer.name}"}
    yield {"rel": "data", "type": "application/json", "title": "OGC API - Features", "href": api}
    yield {"rel": "items", "type": "application/geo+json", "title": "GeoJSON", "href": f"{api}/items"}
    yield {"rel": "tiles", "type": "application/json", "title": "TileJSON", "href": f"{root}/tiles/{layer.name}.json"}
    for known in formats_for(layer):
        address = f"{root}/data/{layer.name}.{known.extension}"
        yield {"rel": "enclosure", "type": known.media_type, "title": known.title.en, "href": address}


def licence_of(name: str) -> Json:
    """A licence by its address, or by its name where it has none.

    >>> licence_of("CC-BY-4.0")
    {'@id': 'https://creativecommons.org/licenses/by/4.0/'}
    """
    uri = LICENCE_URIS.get(name)
    return {"@id": uri} if uri else {"@type": "dct:LicenseDocument", "dct:title": name}


def _attributions(city: City, entry: Entry) -> Iterable[tuple[str, str]]:
    own = entry.layer.open_data.attribution or city.name
    return dict.fromkeys(entry.sources or ((own.ja, entry.layer.open_data.licence),))


def _publisher(city: City) -> Json:
    code = f"http://data.e-stat.go.jp/lod/sac/C{city.code[:5]}"
    return {"@id": code, "@type": "foaf:Agent", "foaf:name": _words(city.name), "dct:identifier": city.code}


def _words(text: Text) -> list[Json]:
    return [{"@language": "ja", "@value": text.ja}, {"@language": "en", "@value": text.en}]


def _moment(moment: datetime.datetime) -> Json:
    return {"@type": "xsd:dateTime", "@value": moment.isoformat(timespec="seconds")}


def _box_wkt(box: tuple[float, float, float, float]) -> Json:
    west, south, east, north = box
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    return {"@type": "gsp:wktLiteral", "@value": f"POLYGON(({ring}))"}


def box_geojson(box: tuple[float, float, float, float]) -> Json:
    """West, south, east, north as a polygon."""
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
