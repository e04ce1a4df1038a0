"""TileJSON and styles: complete, consistent, and without an address outside this server."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest
from django.test import Client

from gis_server.command.node_modules import find_node
from gis_server.command.places import Checkout
from layers import registry, tiling
from layers.spec import Audience
from tests.running import CHECKOUT
from tests.tile_cache.conftest import HERE
from tile_cache.content import vector
from tile_cache.looks import drawing, mapnik_sql, mapnik_style, style

ROOT = "http://testserver/tiles/"
AUDIENCES = [Audience.PUBLIC, Audience.DISASTER_STAFF]


@pytest.mark.parametrize("name", style.STYLES)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_style_layer_has_its_source_its_type_and_an_id_of_its_own(name, audience):
    document = style.build_style(name, audience, ROOT)
    ids = [layer["id"] for layer in document["layers"]]
    assert len(set(ids)) == len(ids)
    known = {layer.name for layer in registry.visible_to(audience)}
    labelled = {tiling.labels_name(layer) for layer in registry.every() if tiling.has_label_points(layer)}
    for layer in document["layers"][1:]:
        assert layer["type"] in {"fill", "line", "circle", "symbol"}
        assert layer["source"] in document["sources"]
        assert layer["source-layer"] in known | labelled
        assert 0 <= layer["minzoom"] < layer.get("maxzoom", 24)
    drawn = {layer["source-layer"] for layer in document["layers"][1:]} - labelled
    assert drawn == {
        layer.name for layer in registry.visible_to(audience) if not name.startswith("base") or layer.group == "base"
    }


@pytest.mark.parametrize("name", style.STYLES)
def test_a_style_needs_no_other_server(name):
    document = style.build_style(name, Audience.PUBLIC, ROOT)
    assert "glyphs" not in document
    assert document["sprite"] == f"{ROOT}sprites/{style.split(name)[1].name}"
    assert all(source["url"].startswith(ROOT) for source in document["sources"].values())
    assert all(source["promoteId"] == "id" for source in document["sources"].values())


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_style_asks_for_no_field_that_its_tiles_lack(audience):
    for layer in style.build_style("city", audience, ROOT)["layers"][1:]:
        spec = registry.get(layer["metadata"]["machigis:layer"])
        carried = {field.name for field in vector.fields_at(spec, audience, layer["minzoom"])}
        made = {tiling.COUNT} if tiling.gathered_below(spec) else set()
        assert set(_fields(layer)) <= carried | made


def _fields(node) -> list[str]:
    if isinstance(node, list):
        own = [node[1]] if len(node) == 2 and node[0] in {"get", "has"} else []
        return own + [field for child in node for field in _fields(child)]
    return [field for child in node.values() for field in _fields(child)] if isinstance(node, dict) else []


@pytest.mark.parametrize("layer", registry.every(), ids=lambda layer: layer.name)
def test_every_layer_is_drawn_the_same_in_both_styles(layer):
    drawn = list(drawing.drawings(layer))
    assert drawn
    xml = mapnik_style.build_styles(drawn, ["Some Regular"])
    assert set(re.findall(r'<Style name="([^"]+)"', xml)) == {each.id for each in drawn}
    for mapnik_layer in mapnik_style.mapnik_layers(drawn):
        assert "!bbox!" in mapnik_layer.sql
    colours = set(re.findall(r"#[0-9a-f]{6}", repr(drawn)))
    assert layer.style.colour in colours


@pytest.mark.parametrize("layer", [layer for layer in registry.every() if layer.rows], ids=lambda layer: layer.name)
def test_maps_for_everybody_hold_only_the_rows_for_everybody(layer):
    for mapnik_layer in mapnik_style.mapnik_layers(drawing.drawings(layer)):
        for value in layer.rows.values:
            assert f"'{value}'" in mapnik_layer.sql


def test_names_with_quotes_cannot_leave_their_literal():
    assert mapnik_sql._literal("a'; DROP TABLE x; --") == "'a''; DROP TABLE x; --'"


@pytest.mark.parametrize("name", ["base", "shelters", "shelters,evacuation-sites"])
def test_tilejson_says_what_its_tiles_hold(store, committed, name):
    document = Client().get(f"/tiles/{name}.json").json()
    assert document["tilejson"] == "3.0.0"
    (template,) = document["tiles"]
    assert re.fullmatch(re.escape(f"{ROOT}{name}/") + r"\d+-[0-9a-f]{8}/{z}/{x}/{y}\.mvt", template)
    assert document["revalidating"] == [f"{ROOT}{name}/{{z}}/{{x}}/{{y}}.mvt"]
    assert 0 <= document["minzoom"] <= document["center"][2] <= document["maxzoom"] <= 18
    layers = {layer["id"]: layer["fields"] for layer in document["vector_layers"]}
    assert set(layers) == {layer.name for layer in registry.every() if layer.group == "base"} or name != "base"
    assert document["max_tile_bytes"] == 500_000
    assert all("id" in fields for fields in layers.values())


def test_tilejson_tells_the_public_nothing_of_what_staff_see(store, committed):
    (layer,) = Client().get("/tiles/shelters.json").json()["vector_layers"]
    assert "contact_phone" not in layer["fields"]


def test_the_revision_of_tilejson_grows_with_a_change(add, store):
    before = Client().get("/tiles/shelters.json").json()["revision"]
    add("shelter", "s1", HERE, name="a")
    assert Client().get("/tiles/shelters.json").json()["revision"] == before + 1


def test_the_attribution_is_that_of_the_rows_and_cannot_be_markup(add, sql, store):
    sql(
        "INSERT INTO layers_source (key, title, attribution, licence, url)"
        " VALUES ('k', 't', '架空のサンプル <script>', 'CC0-1.0', '')"
    )
    add("shelter", "s1", HERE, name="a", source="k")
    assert Client().get("/tiles/shelters.json").json()["attribution"] == "架空のサンプル &lt;script&gt;"
    add("shelter", "s2", HERE, name="b")
    assert "国土地理院" in Client().get("/tiles/shelters.json").json()["attribution"]


def test_the_index_leads_to_every_public_tileset_and_style(store, committed):
    document = Client().get("/tiles/").json()
    for entry in document["tilesets"]:
        assert Client().get(entry["tilejson"]).status_code == 200
    for entry in document["styles"]:
        assert Client().get(entry["style"]).json()["version"] == 8


def test_a_document_that_is_known_is_304(store, committed):
    tag = Client().get("/tiles/styles/city.json").headers["ETag"]
    assert Client().get("/tiles/styles/city.json", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["city", "city-dark", "disaster-contrast", "base-contrast-dark"])
@pytest.mark.parametrize("colours", ["official", "cud"])
def test_styles_have_addresses_by_theme_and_colours(store, committed, name, colours):
    document = Client().get(f"/tiles/styles/{name}.json?colours={colours}").json()
    assert document == style.build_style(name, Audience.PUBLIC, ROOT, "ja", colours)


def test_a_theme_or_set_of_colours_that_is_not_there_is_said(store, committed):
    for name in ("city-light", "city-", "city-pink", "-dark", "nothing"):
        answer = Client().get(f"/tiles/styles/{name}.json")
        assert (answer.status_code, answer.json()["parameter"]) == (404, "name")
    for address in ("/tiles/styles/city.json", "/tiles/legend/city.json", "/tiles/legend/shelters.json"):
        answer = Client().get(f"{address}?colours=pink")
        assert (answer.status_code, answer.json()["parameter"]) == (400, "colours")


def test_a_class_of_depth_is_named_by_its_bounds_in_the_readers_language():
    def words(language):
        layers = style.build_style("city", Audience.PUBLIC, ROOT, language)["layers"]
        return next(layer for layer in layers if layer["id"] == "hazard-zones-name")["layout"]["text-field"]

    assert words("ja")[2][2:] == ["0〜0.5m", 0.5, "0.5〜3m", 3, "3〜5m", 5, "5〜10m", 10, "10〜20m", 20, "20m〜"]
    assert words("en")[2][4] == "0.5–3 m"


def test_facilities_are_dots_with_a_pictogram_of_their_kind_where_the_map_is_close():
    layers = {layer["id"]: layer for layer in style.build_style("city", Audience.PUBLIC, ROOT)["layers"]}
    image = layers["facilities-icon"]["layout"]["icon-image"]
    assert layers["facilities-icon"]["minzoom"] > layers["facilities-dot"]["minzoom"]
    assert dict(zip(image[2:-1:2], image[3:-1:2], strict=True))["library"] == "library"
    codes = registry.get("facilities").get_field("category").codes
    assert set(registry.get("facilities").style.icons) == set(codes)


def test_maplibre_understands_every_style(tmp_path):
    node = find_node(Checkout(CHECKOUT), os.environ)
    assert node is not None, "the set-up brings Node.js"
    files = []
    for name in style.STYLES:
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(style.build_style(name, Audience.ADMIN, ROOT, colours="cud")))
    program = CHECKOUT / "tests" / "tile_cache" / "validate_styles.mjs"
    done = subprocess.run([str(node), str(program), *map(str, files)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, json.loads(done.stdout)) == (0, "", {str(file): [] for file in files})
