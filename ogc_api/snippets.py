"""A request as it is written in the languages of those who program, each complete and ready to run. Pure.

Whatever a value holds, it stays one value: `shlex.quote` for the shell, `repr` for Python, JSON for JavaScript.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from layers.crs import CRS84_URI
from layers.spec import Text

GEOJSON = "application/geo+json"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a program, or steps to take.

    Args:
        name: for links and tests.
        text: what is copied.
        steps: what a person does, where it is no program; the text is then what has to be pasted.
    """

    name: str
    title: str
    text: str
    steps: tuple[str, ...] = ()


def of_features(
    collection_url: str, parameters: Mapping[str, str], layer: str, attribution: str, language: str
) -> list[Snippet]:
    """A page of features, as curl, Python, JavaScript and QGIS ask for it.

    Args:
        collection_url: absolute address of the collection.
        parameters: the query of the request.
        attribution: the line that has to stand on a map.
    """
    url = f"{collection_url}/items"
    base_url = collection_url.rpartition("/collections/")[0]
    return [
        Snippet("curl", "curl", _curl(url, parameters)),
        Snippet("geopandas", "Python (geopandas)", _geopandas(url, parameters)),
        Snippet("requests", "Python (requests)", _requests(url, parameters)),
        Snippet("javascript", "JavaScript (MapLibre)", _javascript(url, parameters, layer, attribution)),
        Snippet("qgis", "QGIS", _address(url, parameters), _said(_QGIS_PAGE, language, base=base_url)),
    ]


def of_feature(url: str, parameters: Mapping[str, str], language: str) -> list[Snippet]:
    """One feature, as curl, Python and QGIS ask for it."""
    return [
        Snippet("curl", "curl", _curl(url, parameters)),
        Snippet("geopandas", "Python (geopandas)", _geopandas(url, parameters)),
        Snippet("qgis", "QGIS", _address(url, parameters), _said(_QGIS_PAGE[:3], language)),
    ]


def of_collection(collection_url: str, layer: str, attribution: str, title: str, language: str) -> list[Snippet]:
    """The whole collection, as programs and GIS software read it."""
    url, base_url = f"{collection_url}/items", collection_url.rpartition("/collections/")[0]
    steps = _said(_QGIS_LAYER, language, base=base_url, layer=title)
    return [
        Snippet("qgis", "QGIS", base_url, steps),
        Snippet("gdal", "GDAL / ogr2ogr", _gdal(base_url, layer)),
        Snippet("geopandas", "Python (geopandas)", _geopandas(url, {"limit": "1000"})),
        Snippet("requests", "Python (requests)", _requests(url, {"limit": "1000"}, all_pages=True)),
        Snippet("javascript", "JavaScript (MapLibre)", _javascript(url, {"limit": "1000"}, layer, attribution)),
        Snippet("curl", "curl", _curl(url, {"limit": "1000"})),
    ]


def of_process(url: str, inputs: Mapping[str, Any], language: str = "ja") -> str:
    """The command that runs a process.

    >>> of_process("http://x/execution", {"say": "it's"}).splitlines()[-1]
    '  http://x/execution'
    """
    body = json.dumps({"inputs": inputs}, ensure_ascii=False)
    headers = ("Content-Type: application/json", f"Accept-Language: {language}")
    lines = ["curl -sS", *(f"-H {shlex.quote(header)}" for header in headers), f"-d {shlex.quote(body)}", url]
    return " \\\n  ".join(lines)


def _curl(url: str, parameters: Mapping[str, str]) -> str:
    data = [f"--data-urlencode {shlex.quote(f'{name}={text}')}" for name, text in parameters.items()]
    return " \\\n  ".join([f"curl -sS -G {shlex.quote(url)}", f"-H {shlex.quote(f'Accept: {GEOJSON}')}", *data])


def _address(url: str, parameters: Mapping[str, str]) -> str:
    return f"{url}?{urlencode({**parameters, 'f': 'json'})}"


def _geopandas(url: str, parameters: Mapping[str, str]) -> str:
    """Coordinates are asked for as longitude and latitude and converted: east comes first in a geopandas frame."""
    crs = parameters.get("crs", CRS84_URI)
    asked = {name: text for name, text in parameters.items() if name != "crs"}
    lines = [
        "from urllib.parse import urlencode",
        "",
        "import geopandas",
        "",
        f"url = {url!r}",
        _python_dict(asked | {"f": "json"}),
        "features = geopandas.read_file(f'{url}?{urlencode(parameters)}')",
    ]
    if crs != CRS84_URI:
        lines.append(f"features = features.to_crs({f'EPSG:{crs.rpartition("/")[2]}'!r})")
    return "\n".join([*lines, "print(features)"])


def _requests(url: str, parameters: Mapping[str, str], all_pages: bool = False) -> str:
    start = ["import requests", "", f"url = {url!r}", _python_dict(parameters)]
    ask = [
        f"answer = requests.get(url, params=parameters, headers={{'Accept': {GEOJSON!r}}}, timeout=60)",
        "answer.raise_for_status()",
        "page = answer.json()",
    ]
    if not all_pages:
        return "\n".join([*start, *ask, "features = page['features']", "print(len(features))"])
    following = [
        "features += page['features']",
        "url = next((link['href'] for link in page['links'] if link['rel'] == 'next'), None)",
        "parameters = None  # the link says it all",
    ]
    loop = ["features = []", "while url:", *(f"    {line}" for line in (*ask, *following))]
    return "\n".join([*start, *loop, "print(len(features))"])


def _python_dict(parameters: Mapping[str, str]) -> str:
    lines = [f"    {name!r}: {text!r}," for name, text in parameters.items()]
    return "\n".join(["parameters = {", *lines, "}"])


def _javascript(url: str, parameters: Mapping[str, str], layer: str, attribution: str) -> str:
    """MapLibre draws degrees only, so another reference system is not asked for."""
    asked = {name: text for name, text in parameters.items() if name != "crs"}
    source = _js(layer)
    return "\n".join(
        [
            f"const url = new URL({_js(url)});",
            f"url.search = new URLSearchParams({json.dumps(asked, ensure_ascii=False, indent=2)});",
            f"const answer = await fetch(url, {{ headers: {{ Accept: {_js(GEOJSON)} }} }});",
            "if (!answer.ok) throw new Error((await answer.json()).detail);",
            "const features = await answer.json();",
            "",
            "// map = new maplibregl.Map({ … }), loaded",
            f'map.addSource({source}, {{ type: "geojson", data: features, attribution: {_js(attribution)} }});',
            *(f"map.addLayer({{ id: {_js(f'{layer}-{kind}')}, type: {_js(kind)}, source: {source}, {rest} }});"
              for kind, rest in _DRAWN),
        ]
    )  # fmt: skip


_DRAWN = (
    ("fill", 'filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": "#0b4bc2", "fill-opacity": 0.3 }'),
    ("line", 'filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": "#0b4bc2", "line-width": 2 }'),
    ("circle", 'filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": "#0b4bc2", "circle-radius": 6 }'),
)


def _js(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _gdal(base_url: str, layer: str) -> str:
    source = shlex.quote(f"OAPIF:{base_url}")
    return f"ogrinfo -ro -al -so {source} {layer}\nogr2ogr -f GPKG {layer}.gpkg {source} {layer} -oo PAGE_SIZE=1000"


_QGIS_PAGE = (
    Text("下のアドレスをコピーします。", "Copy the address below."),
    Text(
        "QGISで「レイヤ › レイヤを追加 › ベクタレイヤを追加」を開きます。",
        "In QGIS, open Layer › Add Layer › Add Vector Layer.",
    ),
    Text(
        "ソースタイプを「プロトコル：HTTP(S)」、種類を「GeoJSON」にし、URIに貼り付けて「追加」を押します。",
        "Choose Protocol: HTTP(S), type GeoJSON, paste it as URI and press Add.",
    ),
    Text(
        "すべてのデータを見るには「WFS / OGC API - Features」の接続に {base} を入れます。",
        "For all data, add a “WFS / OGC API - Features” connection to {base}.",
    ),
)
_QGIS_LAYER = (
    Text("下のアドレスをコピーします。", "Copy the address below."),
    Text(
        "QGISで「レイヤ › レイヤを追加 › WFS / OGC API - Featuresレイヤを追加」を開きます。",
        "In QGIS, open Layer › Add Layer › Add WFS / OGC API - Features Layer.",
    ),
    Text(
        "「新規」を押し、URLに貼り付け、バージョンを「OGC API - Features」にして保存します。",
        "Press New, paste it as URL, choose the version OGC API - Features, and save.",
    ),
    Text("「接続」を押し、{layer} を選んで「追加」を押します。", "Press Connect, choose {layer} and press Add."),
)


def _said(steps: tuple[Text, ...], language: str, **names: str) -> tuple[str, ...]:
    return tuple(step.in_language(language).format(**names) for step in steps)
