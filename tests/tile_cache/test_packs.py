"""Offline packs: the tiles that are served, whole, of one moment, and nothing that is not for everybody."""

from __future__ import annotations

import base64
import datetime
import gzip
import io
import json
import sqlite3

import pyogrio
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from layers import registry
from layers.problems import Problem
from layers.spec import Audience
from tests.tile_cache.conftest import HERE
from tests.tile_cache.mvt import decode
from tests.tile_cache.packs import read_mbtiles, read_pmtiles
from tile_cache.packs import contents
from tile_cache.packs.building import build_packs
from tile_cache.seeding.wanted import wanted

AREA = "139.55,35.675,139.57,35.695"
WANTED = {"zooms": range(10, 17), "area": AREA}


@pytest.fixture
def town(add, sql):
    """A few features of several layers, two of them alike, one for nobody but staff."""
    add("shelter", "s1", HERE, name="第一小学校", contact_phone="0422-00-0000")
    add("facility", "f1", (139.561, 35.684), name="図書館", category="library")
    add("baseroad", "r1", "LINESTRING(139.551 35.685, 139.569 35.686)", kind="main", name="本通り")
    add("damagereport", "secret", HERE, title="未確認の通報")


@pytest.fixture
def packs(town, tmp_path):
    """The same pack in both formats."""
    return build_packs(wanted(**WANTED), [tmp_path / "town.pmtiles", tmp_path / "town.mbtiles"])


def served(tile) -> bytes:
    """What the server sends of the same layers for the same tile."""
    held = {"shelters", "facilities"}
    names = ["base", *(layer.name for layer in registry.visible_to(Audience.PUBLIC) if layer.name in held)]
    return Client().get(f"/tiles/{','.join(names)}/{tile.z}/{tile.x}/{tile.y}.mvt").content


def test_a_packs_tiles_are_the_served_ones_byte_for_byte_in_both_formats(packs):
    header, _, tiles = read_pmtiles(packs[0].path)
    assert len(tiles) == packs[0].tiles > 7
    for tile, body in tiles.items():
        assert body == served(tile), tile
    assert read_mbtiles(packs[1].path)[1] == tiles
    assert (header["min_zoom"], header["max_zoom"]) == (10, 16)
    assert header["addressed_tiles_count"] == len(tiles)


def test_a_pack_says_its_time_its_area_its_layers_and_whom_to_thank(packs):
    before = datetime.datetime.now(datetime.UTC)
    header, metadata, _ = read_pmtiles(packs[0].path)
    rows, _ = read_mbtiles(packs[1].path)
    moment = datetime.datetime.fromisoformat(metadata["machigis:data_time"])
    assert before - datetime.timedelta(minutes=5) < moment <= before
    assert metadata["machigis:data_time"].endswith("Z")
    assert rows["machigis:data_time"] == metadata["machigis:data_time"]
    west, south, east, north = (header[f"{side}_e7"] / 1e7 for side in ("min_lon", "min_lat", "max_lon", "max_lat"))
    assert f"{west:g},{south:g},{east:g},{north:g}" == AREA
    assert {layer["id"] for layer in metadata["vector_layers"]} == {"shelters", "facilities", "base-roads"}
    assert rows["json"]["vector_layers"] == metadata["vector_layers"]
    assert json.loads(rows["machigis:revisions"])["shelters"] == metadata["machigis:revisions"]["shelters"] > 0
    assert "国土地理院" in metadata["attribution"]
    assert {each["layer"] for each in metadata["machigis:licences"]} == {"shelters", "facilities", "base-roads"}
    assert all(each["licence"] for each in metadata["machigis:licences"])
    assert (rows["format"], rows["minzoom"], rows["maxzoom"]) == ("pbf", "10", "16")
    with sqlite3.connect(packs[1].path) as file:
        assert file.execute("PRAGMA application_id").fetchone() == (0x4D504258,)


def test_a_packs_style_draws_from_the_pack_alone_and_its_pictograms_are_inside(packs):
    _, metadata, tiles = read_pmtiles(packs[0].path)
    style = metadata["machigis:style"]
    assert {source["url"] for source in style["sources"].values()} == {"pmtiles://town.pmtiles"}
    held = {name for body in tiles.values() for name in decode(body)}
    assert {layer["source-layer"] for layer in style["layers"] if "source-layer" in layer} == held
    assert {layer["source"] for layer in style["layers"] if "source" in layer} == set(style["sources"])
    assert metadata["machigis:pictograms"]["shelter"].startswith("<svg ")
    sharp = metadata["machigis:sprite"]["@2x"]
    assert "shelter" in sharp["index"]
    assert base64.b64decode(sharp["png"]).startswith(b"\x89PNG")
    assert metadata["machigis:pictograms"]["library"].startswith("<svg "), "one that a code chooses"
    assert "sprite" not in style
    assert "://testserver" not in json.dumps(metadata)
    other = json.loads(read_mbtiles(packs[1].path)[0]["machigis:style"])
    assert {source["url"] for source in other["sources"].values()} == {"mbtiles://town.mbtiles"}


def test_nothing_that_is_not_for_everybody_is_in_a_pack(packs):
    for pack in packs:
        content = pack.path.read_bytes()
        _, tiles = read_mbtiles(packs[1].path)
        for text in ("0422-00-0000", "未確認の通報", "contact_phone", "damage-reports"):
            assert text.encode() not in content
            assert not any(text.encode() in body for body in tiles.values()), text
    _, metadata, _ = read_pmtiles(packs[0].path)
    assert not [text for text in ("contact_phone", "damage-reports") if text in json.dumps(metadata)]


def test_a_change_while_a_pack_is_made_is_in_none_of_its_tiles(town, tmp_path):
    other = connection.copy()

    def change(done: int, total: int) -> None:
        if done == 1:
            with other.cursor() as cursor:
                cursor.execute("UPDATE layers_shelter SET name = '後の名前'")

    (pack,) = build_packs(wanted(**WANTED), [tmp_path / "a.pmtiles"], on_done=change)
    other.close()
    _, metadata, tiles = read_pmtiles(pack.path)
    shelters = [feature for body in tiles.values() for feature in decode(body).get("shelters", [])]
    names = {feature.properties["name"] for feature in shelters if "name" in feature.properties}
    assert names == {"第一小学校"}
    (revision,) = [metadata["machigis:revisions"]["shelters"]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM layers_change WHERE layer = 'shelters' AND revision = %s", [revision + 1])
        assert cursor.fetchone()[0] > datetime.datetime.fromisoformat(metadata["machigis:data_time"])


def test_a_pack_that_is_too_large_lowers_its_heaviest_layers_and_says_so(add, sql, tmp_path):
    add("shelter", "s1", HERE, name="第一小学校")
    sql(
        "INSERT INTO layers_basebuilding (id, name, geometry) SELECT 'b' || n, md5(n::text), ST_Multi(ST_Buffer("
        "ST_SetSRID(ST_Point(139.5505 + n %% 60 * 0.0003, 35.676 + n / 60 * 0.00025), 4326), 0.00005))"
        " FROM generate_series(1, 3600) n"
    )
    (whole,) = build_packs(wanted(**WANTED), [tmp_path / "whole.pmtiles"])
    assert whole.lowered == {}
    bound = whole.size * 0.8 / 1_000_000
    (small,) = build_packs(wanted(**WANTED), [tmp_path / "small.pmtiles"], bound)
    assert small.size <= bound * 1_000_000
    assert list(small.lowered) == ["base-buildings"]
    _, metadata, tiles = read_pmtiles(small.path)
    last, _ = small.lowered["base-buildings"]
    zooms = {name: max(tile.z for tile, body in tiles.items() if name in decode(body)) for name in small.last_zooms}
    assert zooms == {"base-buildings": last, "shelters": 16}
    style = metadata["machigis:style"]
    sources = {layer["source"] for layer in style["layers"] if layer.get("source-layer") == "base-buildings"}
    assert [style["sources"][source]["maxzoom"] for source in sources] == [last]
    said = io.StringIO()
    call_command("pack_tiles", str(tmp_path / "b.mbtiles"), "--area", AREA, "--most-mb", str(bound), stdout=said)
    assert "base-buildings ends at zoom" in said.getvalue()
    with pytest.raises(Problem, match="even the first zooms"):
        build_packs(wanted(**WANTED), [tmp_path / "none.pmtiles"], 0.000001)
    assert sorted(path.name for path in tmp_path.glob("*.*tiles")) == ["b.mbtiles", "small.pmtiles", "whole.pmtiles"]


def test_equal_tiles_are_stored_once(sql, tmp_path):
    # A layer without names carries codes alone, and an area that covers tiles whole looks the same in each.
    sql(
        "INSERT INTO layers_basegreen (id, kind, name, geometry)"
        " VALUES ('g', 'park', '', ST_Multi(ST_MakeEnvelope(139, 35, 140, 36, 4326)))"
    )
    paths = [tmp_path / "a.pmtiles", tmp_path / "a.mbtiles"]
    build_packs(wanted(("base-green",), range(16, 17), AREA), paths)
    header, _, tiles = read_pmtiles(paths[0])
    assert len(tiles) > 10
    assert header["tile_contents_count"] == 1
    with sqlite3.connect(paths[1]) as file:
        assert file.execute("SELECT count(*) FROM images").fetchone() == (1,)
        assert file.execute("SELECT count(*) FROM map").fetchone() == (len(tiles),)


@pytest.mark.parametrize("ending", ["pmtiles", "mbtiles"])
def test_gdal_opens_a_pack_and_finds_its_features(packs, ending):
    path = next(pack.path for pack in packs if pack.path.suffix == f".{ending}")
    layers = {str(name) for name, _ in pyogrio.list_layers(path)}
    assert {"shelters", "facilities", "base-roads"} <= layers
    shelters = pyogrio.read_dataframe(path, layer="shelters")
    assert set(shelters["name"]) == {"第一小学校"}
    place = shelters.to_crs(4326).geometry.iloc[0]
    assert (place.x, place.y) == pytest.approx(HERE, abs=1e-4)


def test_the_command_writes_a_pack_and_replaces_none_unless_told(town, tmp_path):
    path = tmp_path / "town.pmtiles"
    said = io.StringIO()
    call_command("pack_tiles", str(path), "--area", AREA, "--zooms", "12-14", "--json", stdout=said)
    told = json.loads(said.getvalue())
    assert told["bytes"] == path.stat().st_size
    assert set(told["layers"]) == {"shelters", "facilities", "base-roads"}
    before = path.read_bytes()
    with pytest.raises(CommandError, match="exists already; --force replaces it"):
        call_command("pack_tiles", str(path))
    assert path.read_bytes() == before
    call_command("pack_tiles", str(path), "--layers", "shelters", "--area", AREA, "--force", stdout=io.StringIO())
    _, metadata, _ = read_pmtiles(path)
    assert [layer["id"] for layer in metadata["vector_layers"]] == ["shelters"]
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".pmtiles"] == ["town.pmtiles"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x.zip",), "its ending tells no format; there are: .pmtiles, .mbtiles"),
        (("no/such/folder/x.pmtiles",), "no such folder"),
        (("x.pmtiles", "--layers", "nothing"), "there is no layer 'nothing'"),
        (("x.pmtiles", "--most-mb", "0"), "is not a size"),
        (("x.pmtiles", "--most-mb", "nan"), "is not a size"),
        (("x.pmtiles", "--zooms", "0-40"), "is no zoom"),
        (("x.pmtiles", "--area", "1,1,2,2"), "no layer has features in this area"),
    ],
)
def test_a_wrong_argument_is_one_line_and_leaves_no_file(committed, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError) as refused:
        call_command("pack_tiles", *words)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_pack_that_is_stopped_leaves_nothing(town, tmp_path):
    with pytest.raises(contents.Stopped):
        build_packs(wanted(**WANTED), [tmp_path / "a.pmtiles"], is_stopped=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_each_tile_of_a_pack_is_packed_with_gzip(packs):
    with sqlite3.connect(packs[1].path) as file:
        for (body,) in file.execute("SELECT tile_data FROM tiles"):
            assert gzip.decompress(body)


@pytest.mark.heavy
def test_a_city_of_mitakas_size_with_all_its_buildings_and_roads_is_a_pack_of_few_megabytes(sql, tmp_path):
    place = "139.5245 + random() * 0.0697 AS x, 35.66 + random() * 0.0468 AS y, random() AS r"
    sql(
        "INSERT INTO layers_basebuilding (id, name, geometry) SELECT 'b' || n, '', ST_Multi(ST_SetSRID(ST_Rotate("
        "ST_MakeEnvelope(x, y, x + 0.0001 + r * 0.00006, y + 0.00007 + r * 0.00005), r * 3, ST_Point(x, y)), 4326))"
        f" FROM (SELECT n, {place} FROM generate_series(1, 50000) n) q"
    )
    sql(
        "INSERT INTO layers_baseroad (id, name, kind, geometry) SELECT 'r' || n, '通り' || n, 'street', ST_SetSRID("
        "ST_MakeLine(ARRAY[ST_Point(x, y), ST_Point(x + 0.0005, y + r * 0.001), ST_Point(x + 0.001, y + r * 0.002)]),"
        " 4326)"
        f" FROM (SELECT n, {place} FROM generate_series(1, 20000) n) q"
    )
    packs = build_packs(wanted(), [tmp_path / "city.pmtiles", tmp_path / "city.mbtiles"])
    for pack in packs:
        assert pack.size < 50_000_000
        assert pack.lowered == {}
