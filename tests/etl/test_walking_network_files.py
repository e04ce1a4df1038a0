"""歩行空間ネットワークデータ of both editions and in each format comes in whole, and its traps are seen."""

from __future__ import annotations

import json
import zipfile

import pytest

from etl.record import UndecidedError, UnreadableFileError
from gis_server.navigation.loading import load_network
from gis_server.navigation.profiles import WHEELCHAIR, Reason, Unknown, build_costing
from layers import registry
from layers.catalog.facilities import Facility
from layers.catalog.pedestrian import PedestrianLink, PedestrianNode
from tests.etl.walking_files import NODES, csv_bytes, geojson_bytes, link, network, write_shapefile, zip_up

pytestmark = pytest.mark.django_db


def archive(path, edition="2024", encoding="utf-8", links=None, nodes=None):
    return zip_up(
        path / "mitaka.zip",
        {
            "三鷹/link.csv": csv_bytes(links or network(edition), encoding),
            "三鷹/node.csv": csv_bytes(nodes or NODES, encoding),
        },
    )


def as_shapefiles(path, edition="2024", **how):
    folder = path / "shp"
    folder.mkdir()
    write_shapefile(folder / "link.shp", network(edition), **how)
    write_shapefile(folder / "node.shp", NODES, **how)
    return zip_up(path / "mitaka.zip", {part.name: part.read_bytes() for part in folder.iterdir()})


def values_of(key):
    fields = [field.name for field in registry.get("pedestrian-links").fields]
    return PedestrianLink.objects.values(*fields).get(id=key)


FORMS = {
    "CSV in a ZIP": archive,
    "CSV in CP932": lambda path, edition: archive(path, edition, "cp932"),
    "CSV with BOM": lambda path, edition: archive(path, edition, "utf-8-sig"),
    "Shapefiles in a ZIP": as_shapefiles,
    "Shapefiles in CP932 without .cpg": lambda path, edition: as_shapefiles(path, edition, encoding="CP932", cpg=False),
    "Shapefiles in metres": lambda path, edition: as_shapefiles(path, edition, srid=6677),
    "GeoJSON in a ZIP": lambda path, edition: zip_up(
        path / "mitaka.zip", {"l.geojson": geojson_bytes(network(edition)), "n.geojson": geojson_bytes(NODES)}
    ),
}


@pytest.mark.parametrize("edition", ["2018", "2024"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_edition_gives_the_same_network(bring_in, tmp_path, form, edition):
    expected_slope, expected_step = (2, 2) if edition == "2024" else (7, 5)
    report = bring_in(FORMS[form](tmp_path, edition))
    assert (PedestrianLink.objects.count(), PedestrianNode.objects.count()) == (3, 4)
    plain = values_of("L1")
    assert (plain["start_id"], plain["end_id"], plain["length_m"], plain["name"]) == ("N1", "N2", 100.0, "中央通り")
    assert (plain["slope_code"], plain["step_code"]) == ((1, 1) if edition == "2024" else (2, 2))
    assert (values_of("L2")["slope_code"], values_of("L2")["step_code"]) == (expected_slope, expected_step)
    assert {row["edition"] for row in PedestrianLink.objects.values("edition")} == {edition}
    start = PedestrianLink.objects.get(id="L1").geometry[0]
    assert start == pytest.approx((139.56, 35.68), abs=1e-7)
    assert f"{edition}年版" in report.text()
    assert "refused" not in report.text()


@pytest.mark.parametrize("form", ["Shapefile", "GeoJSON"])
def test_links_with_shapes_need_no_archive_and_no_nodes(bring_in, tmp_path, form):
    if form == "Shapefile":
        write_shapefile(path := tmp_path / "link.shp", network())
    else:
        (path := tmp_path / "link.geojson").write_bytes(geojson_bytes(network()))
    report = bring_in(path)
    assert (PedestrianLink.objects.count(), PedestrianNode.objects.count()) == (3, 0)
    assert values_of("L3")["elevator_kind"] == 5
    assert "a node that links name is in no file so far" in report.text()


def test_a_reference_system_before_the_features_hides_no_columns(bring_in, tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6668"}}
    members = {
        name: json.dumps({"crs": crs} | json.loads(geojson_bytes(rows))).encode()
        for name, rows in (("l.geojson", network()), ("n.geojson", NODES))
    }
    bring_in(zip_up(tmp_path / "n.zip", members))
    assert (PedestrianLink.objects.count(), PedestrianNode.objects.count()) == (3, 4)


def test_all_54_items_are_kept(bring_in, tmp_path):
    bring_in(archive(tmp_path, links=[link("L1", "N1", "N2", start_time="0900", no_serv_d="67", facility=3, stair=99)]))
    kept = values_of("L1")
    places = {
        "width_min": (35.6801, 139.5601), "slope_max": (35.6802, 139.5602), "cross_slope_max": (35.6803, 139.5603),
        "step_max": (35.6804, 139.5604), "bus_stop": (35.6805, 139.5605), "signal": (35.6806, 139.5606),
        "aid": (None, None), "elevator": (None, None),
    }  # fmt: skip
    for item, place in places.items():
        assert (kept.pop(f"{item}_lat"), kept.pop(f"{item}_lon")) == place
    assert kept == {
        "start_id": "N1", "end_id": "N2", "length_m": 100.0, "name": "中央通り", "structure": 1, "route_type": 1,
        "direction": 1, "width_code": 3, "slope_code": 1, "step_code": 1, "signal": 1, "tactile_paving": 2,
        "elevator_kind": 1, "roof": 1, "handrail": 1, "width_min_m": 2.1, "slope_max_percent": 3.0,
        "step_max_cm": 1.0, "step_count": 99, "surface": "", "rank": "SAA", "rank_method": "112",
        "maintained_on": "2024-07-01", "signal_sound": 1, "opens_at": "0900", "closes_at": "", "service_start": "",
        "service_end": "", "closed_weekdays": "67", "restriction": 1, "cross_slope_max_percent": 1.0,
        "surface_condition": 1, "open_ditch": 1, "bus_stop": 2, "aid": 3, "door": 1, "vehicles_per_day": 99,
        "main_user": 1, "edition": "2024", "original": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "slope", "step", "step_cm"),
    [
        ({"vtcl_slope": 1, "lev_diff": 1}, 2, 2, 1.0),
        ({"vtcl_slope": 2, "vSlope_max": 7}, 3, 2, 1.0),
        ({"vtcl_slope": 3, "vSlope_max": 7}, 4, 2, 1.0),
        ({"vtcl_slope": 3, "vSlope_max": 12}, 6, 2, 1.0),
        ({"vtcl_slope": 3, "vSlope_max": ""}, 8, 2, 1.0),
        ({"vtcl_slope": 2, "vSlope_max": 2}, 7, 2, 1.0),
        ({"vtcl_slope": 99, "vSlope_max": ""}, 99, 2, 1.0),
        ({"lev_diff": 2, "levDif_max": 4}, 2, 3, 4.0),
        ({"lev_diff": 2, "levDif_max": 12}, 2, 5, 12.0),
        ({"lev_diff": 2, "levDif_max": ""}, 2, 5, None),
        ({"lev_diff": 2, "levDif_max": 0}, 2, 5, None),
        ({"lev_diff": " ", "levDif_max": " "}, 2, 99, None),
    ],
)
def test_codes_of_2018_become_the_worst_of_2024_that_they_may_mean(bring_in, tmp_path, written, slope, step, step_cm):
    bring_in(archive(tmp_path, links=[link("L1", "N1", "N2", "2018", **written)]))
    kept = values_of("L1")
    assert (kept["slope_code"], kept["step_code"], kept["step_max_cm"]) == (slope, step, step_cm)
    told = {"vtcl_slope": 1, "lev_diff": 1} | {
        name: written[name] for name in ("vtcl_slope", "lev_diff") if name in written
    }
    assert json.loads(kept["original"]) == {name: 99 if code == " " else code for name, code in told.items()}


def test_no_slope_or_step_of_2018_over_the_limit_is_open_to_a_wheelchair(bring_in, tmp_path):
    unclear = [
        link("L1", "N1", "N2", "2018", vtcl_slope=2, vSlope_max=""),
        link("L2", "N2", "N3", "2018", lev_diff=2, levDif_max=0),
        link("L3", "N1", "N3", "2018", vtcl_slope=1, lev_diff=1),
        link("L4", "N1", "N4", "2018", vtcl_slope=3, vSlope_max=7),
    ]
    bring_in(archive(tmp_path, links=unclear))
    walked = load_network()
    reasons = dict(zip(walked.links.id, build_costing(WHEELCHAIR, walked.links).reasons[::2].tolist(), strict=True))
    assert reasons == {"L1": Reason.SLOPE, "L2": Reason.STEP, "L3": 0, "L4": 0}


def test_an_elevator_with_a_narrow_door_is_kept_and_open_to_a_wheelchair(bring_in, tmp_path):
    report = bring_in(archive(tmp_path))
    elevator = values_of("L3")
    assert (elevator["width_code"], elevator["route_type"], elevator["elevator_kind"]) == (1, 4, 5)
    assert "同じ位置" in report.text()
    walked = load_network()
    costing = build_costing(WHEELCHAIR, walked.links)
    position = walked.link_index["L3"]
    assert costing.reasons[2 * position] == 0
    assert costing.unknown[position] == 0


def test_unknown_blank_and_missing_stay_apart(bring_in, tmp_path):
    row = link("L1", "N1", "N2", vtcl_slope=99, lev_diff=" ", w_min="", start_time="99", end_time="", roof=1)
    del row["width"]
    del row["vSlope_max"]
    bring_in(archive(tmp_path, links=[row]))
    kept = values_of("L1")
    assert (kept["slope_code"], kept["step_code"], kept["width_code"]) == (99, 99, 99)
    assert (kept["width_min_m"], kept["slope_max_percent"]) == (None, None)
    assert (kept["opens_at"], kept["closes_at"]) == ("99", "")
    assert kept["roof"] == 1  # none
    walked = load_network()
    assert build_costing(WHEELCHAIR, walked.links).unknown[0] == Unknown.SLOPE | Unknown.WIDTH


def test_nodes_keep_their_floors_and_99_metres_are_a_height(bring_in, tmp_path):
    report = bring_in(archive(tmp_path))
    found = PedestrianNode.objects.order_by("id").values_list("id", "floor", "elevation_m", "in_out")
    assert list(found) == [("N1", 0, 50.2, 1), ("N2", 0, 99, 1), ("N3", -0.5, None, 2), ("N4", 1, None, 3)]
    assert "refused" not in report.text()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"link_id": " "}, "the id is blank"),
        ({"start_id": "　"}, "the id is blank"),
        ({"end_id": ""}, "the id is blank"),
        ({"end_id": "N9"}, "no node of this id has a position"),
        ({"link_id": "x" * 121}, "the id is too long"),
        ({"link_id": "L1"}, "an earlier row has the same id"),
    ],
)
def test_a_row_that_cannot_be_placed_is_refused_and_the_others_come_in(bring_in, tmp_path, changed, reason):
    text = bring_in(archive(tmp_path, links=[link("L1", "N1", "N2"), link("L2", "N2", "N3") | changed])).text()
    assert reason in text
    assert "line 3" in text
    assert PedestrianLink.objects.get().id == "L1"


@pytest.mark.parametrize(
    ("changed", "field", "value"),
    [
        ({"start_time": "2570"}, "opens_at", ""),
        ({"start_time": "9:30"}, "opens_at", "0930"),
        ({"start_date": "2024-02-30"}, "service_start", ""),
        ({"start_date": "2024/4/1"}, "service_start", "2024-04-01"),
        ({"no_serv_d": "8"}, "closed_weekdays", ""),
        ({"rank": "QQQ"}, "rank", ""),
        ({"vtcl_slope": 12}, "slope_code", 99),
        ({"w_min": 99}, "width_min_m", None),
        ({"w_min": 0}, "width_min_m", None),
        ({"w_min_lat": 139.56}, "width_min_lat", None),
        ({"vSlope_max": "急"}, "slope_max_percent", None),
        ({"stair": -3}, "step_count", None),
    ],
)
def test_a_value_that_cannot_be_is_set_aside_and_the_row_kept(bring_in, tmp_path, changed, field, value):
    report = bring_in(archive(tmp_path, links=[link("L1", "N1", "N2", **changed)]))
    assert values_of("L1")[field] == value
    assert next(iter(changed)) in report.text()
    assert "repaired" in report.text()


def test_a_length_that_cannot_be_that_of_its_shape_is_noticed_and_one_not_written_is_measured(bring_in, tmp_path):
    rows = [
        link("L1", "N1", "N2", distance=60),
        link("L2", "N2", "N3", distance=" "),
        link("L3", "N1", "N3", distance=150),
    ]
    report = bring_in(archive(tmp_path, links=rows))
    assert "line 2: 60 m, drawn 99.9 m" in report.text()
    assert "distance differs" in report.text()
    assert "line 4" not in report.text()  # a way may be longer than the straight line
    assert values_of("L1")["length_m"] == 60
    assert values_of("L2")["length_m"] == pytest.approx(99.6, abs=0.2)


def test_a_link_table_finds_the_nodes_beside_it(bring_in, tmp_path):
    (tmp_path / "13204_link.csv").write_bytes(csv_bytes(network()))
    (tmp_path / "13204_node.csv").write_bytes(csv_bytes(NODES))
    other = [dict(node, lat=node["lat"] + 1) for node in NODES]
    (tmp_path / "99999_node.csv").write_bytes(csv_bytes(other))
    report = bring_in(tmp_path / "13204_link.csv")
    assert PedestrianLink.objects.get(id="L1").geometry[0] == pytest.approx((139.56, 35.68))
    assert "a node that links name is in no file so far" in report.text()
    report = bring_in(tmp_path / "13204_node.csv")
    assert PedestrianNode.objects.count() == 4


def test_links_without_shapes_or_nodes_are_refused_in_one_line(bring_in, tmp_path):
    (tmp_path / "link.csv").write_bytes(csv_bytes(network()))
    with pytest.raises(UnreadableFileError, match="no geometry, and no table of nodes"):
        bring_in(tmp_path / "link.csv")
    assert not PedestrianLink.objects.exists()


def test_codes_of_2024_without_a_rank_need_their_owners_word(bring_in, tmp_path):
    rows = [link("L1", "N1", "N2", "2018", vtcl_slope=5)]
    with pytest.raises(UndecidedError, match="vtcl_slope 5, which only 2024 has"):
        bring_in(archive(tmp_path, links=rows))
    bring_in(archive(tmp_path, links=rows), layer="pedestrian-links", constants={"edition": "2024"})
    assert (values_of("L1")["slope_code"], values_of("L1")["edition"]) == (5, "2024")


def test_a_shape_drawn_backwards_is_turned_round(bring_in, tmp_path):
    rows = geojson_bytes([link("L1", "N1", "N2", vtcl_slope=3)])
    document = json.loads(rows)
    document["features"][0]["geometry"]["coordinates"].reverse()
    members = {"l.geojson": json.dumps(document).encode(), "n.geojson": geojson_bytes(NODES)}
    report = bring_in(zip_up(tmp_path / "n.zip", members))
    assert PedestrianLink.objects.get().geometry[0] == pytest.approx((139.56, 35.68))
    assert "図形の向きを直しました" in report.text()


def test_isolated_nodes_and_shared_ids_are_noticed(bring_in, tmp_path):
    lonely = [*NODES, dict(NODES[0], node_id="N5")]
    report = bring_in(archive(tmp_path, nodes=lonely))
    assert "an isolated node" in report.text()
    assert "N5" in report.text()
    far = [dict(node, lat=node["lat"] + 0.1) for node in NODES]
    (tmp_path / "b").mkdir()
    (tmp_path / "b/link.csv").write_bytes(csv_bytes([link("M1", "N1", "N2")]))
    (tmp_path / "b/node.csv").write_bytes(csv_bytes(far))
    assert "two nodes under one id?" in bring_in(tmp_path / "b/link.csv").text()


def test_facilities_of_2018_come_in_by_their_kind(bring_in, tmp_path):
    rows = [
        {"facil_id": "F1", "facil_type": 10, "name_ja": "駅前トイレ", "lat": 35.68, "lon": 139.56, "toilet": 4,
         "evacuation": 1, "tel": "", "address": "三鷹市"},
        {"facil_id": "F2", "facil_type": 3, "name_ja": "中央病院", "lat": 35.681, "lon": 139.561, "toilet": 2,
         "evacuation": 3, "tel": "0422-00-0000", "address": ""},
        {"facil_id": "F3", "facil_type": 7, "name_ja": "広場", "lat": 35.681, "lon": 139.561, "toilet": 99,
         "evacuation": 99, "tel": "", "address": ""},
        {"facil_id": " ", "facil_type": 7, "name_ja": "名無し", "lat": 35.681, "lon": 139.561, "toilet": 99,
         "evacuation": 99, "tel": "", "address": ""},
    ]  # fmt: skip
    (tmp_path / "facility.csv").write_bytes(csv_bytes(rows, "cp932"))
    report = bring_in(tmp_path / "facility.csv")
    found = Facility.objects.order_by("id").values_list("id", "category", "wheelchair_accessible", "remarks")
    assert list(found) == [
        ("F1", "toilet", True, ""),
        ("F2", "medical", None, "指定避難所"),
        ("F3", "other", None, "施設種別 7"),
    ]
    assert "the id is blank" in report.text()


def test_importing_again_changes_nothing(bring_in, tmp_path):
    assert bring_in(archive(tmp_path, "2018")).changed == 7
    assert bring_in(archive(tmp_path, "2018")).changed == 0


def test_a_large_table_comes_in_stretches(bring_in, tmp_path):
    count = 21_000
    nodes = [dict(NODES[0], node_id=f"N{i}", lat=35.6 + i * 1e-6, lon=139.5 + i * 1e-5) for i in range(count + 1)]
    links = [link(f"L{i}", f"N{i}", f"N{i + 1}", distance=0.9) for i in range(count)]
    bring_in(archive(tmp_path, links=links, nodes=nodes))
    assert PedestrianLink.objects.count() == count


def broken(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_broken_and_hostile_files_are_one_line_and_change_nothing(bring_in, tmp_path):
    good = csv_bytes(network())
    zip_up(tmp_path / "good.zip", {"link.csv": good, "node.csv": csv_bytes(NODES)})
    whole = (tmp_path / "good.zip").read_bytes()
    write_shapefile(tmp_path / "link.shp", network())
    shape = (tmp_path / "link.shp").read_bytes()
    node = csv_bytes(NODES)
    cases = {
        "cut.zip": whole[: len(whole) // 2],
        "line.csv": node.split(b"\r\n")[0] + b"\r\n" + b"9" * 2_000_000,
        "quote.csv": node + b'"N9,35.6,139.5\r\n',
        "bytes.csv": node + b"\x81 \r\n" * 10,
    }
    for name, data in cases.items():
        with pytest.raises(UnreadableFileError) as caught:
            bring_in(broken(tmp_path, name, data))
        assert "\n" not in str(caught.value)
    (tmp_path / "link.shp").write_bytes(shape[:150])
    with pytest.raises(UnreadableFileError):
        bring_in(tmp_path / "link.shp")
    assert not PedestrianNode.objects.exists()


def test_a_zip_bomb_and_names_that_lead_out_of_the_archive_do_no_harm(bring_in, tmp_path):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("link.csv", csv_bytes(network()) + b"," * 300_000_000)
    with pytest.raises(UnreadableFileError, match="unpack"):
        bring_in(bomb)
    members = {"../../../tmp/out/link.csv": csv_bytes(network()), "/etc/node.csv": csv_bytes(NODES)}
    with pytest.raises(UnreadableFileError, match="points outside it"):
        bring_in(zip_up(tmp_path / "out.zip", members))
    assert not PedestrianLink.objects.exists()
    assert not (tmp_path.parent / "out").exists()
