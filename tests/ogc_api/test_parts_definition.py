"""Tiles, styles and maps are as the definition says: every document fits its schema, every status is stated."""

from __future__ import annotations

import jsonschema
import pytest
from django.test import Client

from layers import registry
from tests.ogc_api.maps import HERE
from tests.ogc_api.rows import add

pytestmark = pytest.mark.usefixtures("committed", "store")
TAGS = {"tiles", "styles", "maps"}


def answered(definition: dict, path: str, address: str, client: Client) -> None:
    """The answer at an address is one that the definition states for its path."""
    operation = definition["paths"][path]["get"]
    response = client.get(f"/api{address}")
    stated = operation["responses"][str(response.status_code)]
    stated = definition["components"]["responses"][stated["$ref"].rpartition("/")[2]] if "$ref" in stated else stated
    if "content" not in stated:
        assert response.content == b""
        return
    media_type = response.headers["Content-Type"].partition(";")[0]
    schema = stated["content"][media_type]["schema"]
    if media_type.endswith("json"):
        jsonschema.validate(response.json(), schema | {"components": definition["components"]})


def test_every_answer_is_one_that_the_definition_states():
    for layer in registry.every():
        add(layer, "one", lon=HERE[0], lat=HERE[1])
    client = Client()
    definition = client.get("/api/openapi").json()
    ours = [path for path, one in definition["paths"].items() if TAGS & set(one.get("get", {}).get("tags", []))]
    assert len(ours) == 8 + 6 + 3
    filling = {"tileMatrixSetId": "WebMercatorQuad", "collectionId": "shelters", "tileMatrix": "14"}
    filling |= {"tileRow": "6451", "tileCol": "14543"}
    for path in ours:
        for style in ("default", "city", "no-such"):
            address = path.format(**filling, styleId=style)
            if not address.endswith("/map"):
                answered(definition, path, address, client)
            answered(definition, path, f"{address}?colour=red", client)
            answered(definition, path, f"{address}?width=99999", client)
    for address in ("/map?width=9", "/map?width=9999", "/map?width=9&f=html", "/map?width=9&f=jpeg&lang=en"):
        answered(definition, "/map", address, client)


@pytest.mark.parametrize("row", ["6451", "0", "4194304", "x"])
def test_every_tile_is_answered_as_stated(row):
    add(registry.get("shelters"), "one", lon=HERE[0], lat=HERE[1])
    client = Client()
    definition = client.get("/api/openapi").json()
    path = "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
    answered(definition, path, f"/tiles/WebMercatorQuad/14/{row}/14543", client)
