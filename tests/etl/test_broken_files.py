"""Files that are not what they should be: one clear line, nothing half done; a bad row never stops a good one."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from etl.contents import open_contents
from etl.loading import Hooks, load
from etl.pipeline import open_file
from etl.readers import Options
from etl.record import UnreadableFileError
from etl.validation import checked
from layers.catalog.boundaries import Boundary
from layers.catalog.disaster import EvacuationSite
from layers.catalog.facilities import Facility
from layers.catalog.pedestrian import WalkingCourse
from layers.changes import Change

pytestmark = pytest.mark.django_db

KML = """<?xml version="1.0" encoding="UTF-8"?>{doctype}
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>散歩／Walk</name><Folder><name>道</name>
<Placemark><name>線</name><LineString><coordinates>{line}</coordinates></LineString></Placemark>
<Placemark><name>{spot}</name><description>{text}</description><Point><coordinates>139.56,35.69,0</coordinates></Point></Placemark>
</Folder><Folder><name>都立公園</name></Folder><Folder><name>海上公園</name></Folder></Document></kml>"""
LINE = "139.56,35.69,0 139.57,35.69,0"
XXE = '<!DOCTYPE kml [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


def _kml(doctype="", line=LINE, spot="池", text=""):
    return KML.format(doctype=doctype, line=line, spot=spot, text=text).encode()


BROKEN = {
    "empty.geojson": (b"", "the file is empty"),
    "blank.csv": (b"\xef\xbb\xbf \r\n", "the file is empty"),
    "cut.geojson": (b'{"type": "FeatureCollection", "features": [{"type"', "broken JSON at line 1, column"),
    "sjis.geojson": ("名称,緯度,経度\n図書館,35.6,139.5\n".encode("cp932"), "the file holds text in CP932 (Shift_JIS)"),
    "sjis.json": ('{"type": "FeatureCollection", "name": "三鷹"}'.encode("cp932"), "it looks like CP932"),
    "list.geojson": (b"[1, 2, 3]", "not recognised: JSON of no known layout"),
    "shape.geojson": (b"PK\x03\x04rest", "the file holds ZIP archive"),
    "map.pbf": (b"<osm version='0.6'/>", "the name says .pbf (OSM PBF), but the file holds XML"),
    "map.osm": (b"\x00\x00\x00\x0e\x0a\x09OSMHeaderxxxx", "the name says .osm (XML), but the file holds OSM PBF"),
    "cut.osm": (b"<osm version='0.6'><node id='1' lat='35'", "broken OpenStreetMap file"),
    "entity.osm": (b'<!DOCTYPE osm [<!ENTITY a "b">]><osm version="0.6"/>', "XML entities are not supported"),
    "deep.geojson": (b"[" * 200_000, "nested too deeply"),
    "cut.kml": (_kml()[:200], "broken XML"),
    "xxe.kml": (_kml(XXE, spot="&secret;"), "declares a document type or entities"),
    "laughs.kml": (_kml(LAUGHS, spot="&c;"), "declares a document type or entities"),
    "nothing.kml": (b"<kml><Document><name>x</name></Document></kml>", "the file has no features"),
    "page.xml": (b"<html><body/></html>", "not recognised: XML with the root element html"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_clear_line_and_changes_nothing(name, tmp_path, capsys):
    data, expected = BROKEN[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SystemExit) as stopped:
        call_command("import_file", str(path), yes=True)
    assert stopped.value.code == 1
    message = capsys.readouterr().err
    assert expected in message
    assert message.startswith(f"{path}: ")
    assert message.count("\n") == 1
    assert not Change.objects.exists()


def test_a_truncated_pbf_changes_nothing(real_data, tmp_path, capsys):
    path = tmp_path / "monaco.osm.pbf"
    path.write_bytes((real_data / "network" / "monaco.osm.pbf").read_bytes()[:200_000])
    with pytest.raises(SystemExit):
        call_command("import_file", str(path), yes=True)
    assert "broken OpenStreetMap file: PBF error" in capsys.readouterr().err
    assert not Change.objects.exists()


def test_a_missing_file_is_one_clear_line(tmp_path, capsys):
    with pytest.raises(SystemExit):
        call_command("import_file", str(tmp_path / "none.geojson"), yes=True)
    assert "cannot be read: No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        {"layer": "shelterz"},
        {"city_code": "132048"},
        {"reader": "magic"},
        {"crs": "JGD"},
        {"encoding": "klingon"},
        {"set": ["x"]},
    ],
    ids=lambda o: next(iter(o)),
)
def test_wrong_options_are_usage_errors(options, tmp_path):
    with pytest.raises(CommandError) as refused:
        call_command("import_file", str(tmp_path / "x.geojson"), yes=True, **options)
    assert refused.value.returncode == 2


def test_a_good_file_after_a_broken_one_still_comes_in(write_sites, tmp_path):
    (tmp_path / "empty.geojson").write_bytes(b"")
    with pytest.raises(SystemExit):
        call_command("import_file", str(tmp_path / "empty.geojson"), str(write_sites(({}, [139.56, 35.69]))), yes=True)
    assert EvacuationSite.objects.count() == 1


@pytest.mark.parametrize(
    ("columns", "place", "field"),
    [
        ({}, [139.56, 95], "latitude between -90 and 90"),
        ({}, [35.69, 139.56], "longitude comes first"),
        ({}, [float("nan"), 35.69], "not finite numbers"),
        ({}, ["139.5", 35.69], "not finite numbers"),
        ({"洪水": "たぶん"}, [139.56, 35.69], "neither yes nor no"),
        ({"共通ID": "1320400002201"}, [139.56, 35.69], "not a common id"),
        ({"施設・場所名": ""}, [139.56, 35.69], "施設・場所名"),
        ({"施設・場所名": "長" * 201}, [139.56, 35.69], "201 characters are too many"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_come_in(write_sites, bring_in, columns, place, field):
    bad = {"共通ID": "E1320400009201"} | columns
    report = bring_in(write_sites(({}, [139.56, 35.69]), (bad, place)))
    assert report.refused_count == 1
    assert field in report.text()
    assert "row 2" in report.text()
    assert EvacuationSite.objects.get().id == "E1320400002201"


def test_of_two_rows_with_one_id_the_first_comes_in(write_sites, bring_in):
    report = bring_in(write_sites(({}, [139.56, 35.69]), ({"施設・場所名": "第二広場"}, [139.57, 35.69])))
    assert EvacuationSite.objects.get().name == "第一広場"
    assert "an earlier row has the same id" in report.text()


def test_blanks_around_a_name_are_removed_and_reported(write_sites, bring_in):
    report = bring_in(write_sites(({"施設・場所名": "　第一広場 "}, [139.56, 35.69])))
    assert EvacuationSite.objects.get().name == "第一広場"
    assert "repaired ×1" in report.text()


def test_a_self_crossing_outline_is_repaired_with_a_notice(tmp_path, bring_in):
    bow = [[139.5, 35.6], [139.6, 35.7], [139.6, 35.6], [139.5, 35.7], [139.5, 35.6]]
    feature = {
        "type": "Feature",
        "properties": {"name": "東京都三鷹市"},
        "geometry": {"type": "Polygon", "coordinates": [bow]},
    }
    path = tmp_path / "outline.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    report = bring_in(path)
    assert "repaired ×1  geometry" in report.text()
    assert Boundary.objects.get().geometry.valid


def test_a_file_of_bad_rows_alone_removes_nothing(write_sites, bring_in):
    bring_in(write_sites(({}, [139.56, 35.69])))
    with pytest.raises(UnreadableFileError, match="no row of the file can be used"):
        bring_in(write_sites(({}, [139.56, 95])))
    assert EvacuationSite.objects.count() == 1


def test_rows_that_left_the_file_leave_the_layer(write_sites, bring_in):
    other = {"共通ID": "E1320400003201"}
    bring_in(write_sites(({}, [139.56, 35.69]), (other, [139.57, 35.69])))
    report = bring_in(write_sites((other, [139.58, 35.69])))
    assert [(one.inserted, one.updated, one.deleted) for one in report.merged] == [(0, 1, 1)]
    assert EvacuationSite.objects.get().geometry.x == 139.58


def test_a_trial_run_reports_and_stores_nothing(write_sites, bring_in):
    report = bring_in(write_sites(({}, [139.56, 35.69])), keep=False)
    assert "1 new" in report.text()
    assert "trial run: nothing has been stored" in report.text()
    assert not EvacuationSite.objects.exists()


def test_an_interrupted_load_leaves_the_layer_as_it_was(write_sites, bring_in):
    bring_in(write_sites(({}, [139.56, 35.69])))
    path = write_sites(({"施設・場所名": "かわった"}, [139.56, 35.69]))
    from django.conf import settings

    data_set = open_file(path, Options(settings.CITY)).data_set

    def cut_short():
        yield from checked(data_set.rows)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(data_set, cut_short(), "import", Hooks(lambda _: None))
    assert EvacuationSite.objects.get().name == "第一広場"


def test_a_row_entered_by_hand_is_never_overwritten(write_sites, bring_in):
    EvacuationSite.objects.create(id="E1320400002201", name="手入力", geometry="SRID=4326;POINT(139.5 35.6)")
    report = bring_in(write_sites(({}, [139.56, 35.69]), ({"共通ID": "E1320400003201"}, [139.57, 35.69])))
    assert EvacuationSite.objects.get(id="E1320400002201").name == "手入力"
    assert "the id belongs to a row entered by hand" in report.text()


def test_a_bulk_load_is_one_entry_of_the_log_however_many_rows(write_sites, bring_in):
    rows = [({"共通ID": f"E13204{number:05}201"}, [139.56, 35.69]) for number in range(1, 31)]
    bring_in(write_sites(*rows))
    change = Change.objects.get()
    assert (change.layer, change.operation, change.row_count, change.is_bulk) == (
        "evacuation-sites",
        "insert",
        30,
        True,
    )
    assert not change.rows.exists()


def test_alike_findings_are_one_line_of_the_report(write_sites, bring_in):
    rows = [({"共通ID": f"E13204{number:05}201", "備考": None}, [139.56, 35.69]) for number in range(1, 1001)]
    report = bring_in(write_sites(*rows))
    assert "notice ×1000  備考 is null: read as nothing" in report.text()
    assert len(report.text().splitlines()) < 8


def test_a_course_is_read_with_its_spots(tmp_path, bring_in):
    path = tmp_path / "walk.kml"
    path.write_bytes(_kml(text="&lt;img src='http://example.org/a.jpg'/&gt;きれいな池"))
    bring_in(path)
    assert WalkingCourse.objects.get().name == "散歩"
    assert Facility.objects.get().remarks == "きれいな池"


def test_a_byte_order_mark_is_no_obstacle(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"type": "FeatureCollection", "features": []}')
    assert open_contents(path).document["features"] == []
