"""Odd numbers, odd characters, odd names, things that are no files: each in one line, never a fault of the program."""

from __future__ import annotations

import json
import os
import socket

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from etl.contents import open_contents
from etl.faults import faults_in_one_line
from etl.models import ImportRun
from etl.record import Notice, Rejection, UnreadableFileError
from etl.report import MOST_KINDS, Report
from layers.catalog.disaster import EvacuationSite
from layers.catalog.facilities import Facility

pytestmark = pytest.mark.django_db


def _with_number(path, digits):
    """The number 777 of a file as `digits`, which Python itself would not write."""
    path.write_text(path.read_text(encoding="utf-8").replace("777", digits), encoding="utf-8")
    return path


@pytest.mark.parametrize("digits", ["9" * 400, "9" * 5000])
def test_a_number_of_any_length_is_a_fault_of_its_row_alone(write_sites, bring_in, digits):
    path = write_sites(
        ({}, [139.56, 35.69]),
        ({"共通ID": "E1320400003201", "洪水": 777}, [139.56, 35.69]),
        ({"共通ID": "E1320400004201"}, [777, 35.69]),
    )
    report = bring_in(_with_number(path, digits))
    assert (report.accepted, report.refused_rows) == (1, 2)


def test_halves_of_characters_and_nul_become_the_sign_for_what_cannot_be_read(write_sites, bring_in):
    path = write_sites(
        ({"施設・場所名": "東\ud800西"}, [139.56, 35.69]),
        ({"共通ID": "E1320400003201", "施設・場所名": "南\0北"}, [139.56, 35.69]),
        ({"共通ID": "E\udc00"}, [139.56, 35.69]),
    )
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="ascii")
    report = bring_in(path)
    assert sorted(EvacuationSite.objects.values_list("name", flat=True)) == ["南�北", "東�西"]
    assert (report.accepted, report.refused_rows) == (2, 1)


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(UnreadableFileError, match="a pipe"):
        open_contents(tmp_path / "a.csv")


def test_a_socket_is_refused(tmp_path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "a.csv"))
        with pytest.raises(UnreadableFileError, match="a socket"):
            open_contents(tmp_path / "a.csv")


def test_a_name_in_cp932_is_refused_with_what_it_should_be(tmp_path, capsys):
    path = tmp_path / os.fsdecode("施設.csv".encode("cp932"))
    path.write_text("名称,緯度,経度\n図書館,35.68,139.56\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("import_file", path, yes=True, json=True)
    said = capsys.readouterr()
    assert "rename it, perhaps to 施設.csv" in json.loads(said.out)["error"]
    said.err.encode()


def test_a_path_longer_than_the_system_takes_is_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit):
        call_command("import_file", tmp_path / ("a" * 300), yes=True)
    assert "File name too long" in capsys.readouterr().err


def test_what_the_database_refuses_is_one_line_and_a_failed_run(write_sites, bring_in):
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE {EvacuationSite._meta.db_table} ADD CONSTRAINT no_first CHECK (name <> '第一広場') NOT VALID"
        )
    with pytest.raises(UnreadableFileError, match=r"database refused it.*no_first"):
        bring_in(write_sites(({}, [139.56, 35.69])))
    assert ImportRun.objects.get().state == ImportRun.State.FAILED
    assert not EvacuationSite.objects.exists()


def _parquet(path, **columns):
    """A GeoParquet file of places, one a row."""
    count = len(next(iter(columns.values())))
    wkb = pa.array([shapely.Point(139.56 + n / 1e5, 35.69).wkb for n in range(count)], pa.binary())
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
    }
    table = pa.table({**columns, "geometry": wkb})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


@pytest.mark.parametrize("kind", [pa.string_view(), pa.large_string()], ids=str)
def test_texts_in_the_younger_forms_of_arrow_come_in(tmp_path, bring_in, kind):
    path = _parquet(tmp_path / "a.parquet", name=pa.array(["図書館"], kind), remarks=pa.array(["駅前"], kind))
    assert bring_in(path, layer="facilities").accepted == 1
    assert Facility.objects.get().remarks == "駅前"


def test_bytes_are_no_text(tmp_path, bring_in):
    path = _parquet(tmp_path / "a.parquet", name=pa.array(["図書館"]), remarks=pa.array([b"\xff"]))
    with pytest.raises(UnreadableFileError, match="bytes, not text"):
        bring_in(path, layer="facilities")


@pytest.mark.parametrize(
    ("mapping", "said"), [({"nosuch": "remarks"}, "no column 'nosuch'"), ({"remarks": "nosuch"}, "no field 'nosuch'")]
)
def test_a_column_or_field_that_is_not_there_cannot_be_mapped(tmp_path, bring_in, mapping, said):
    path = _parquet(tmp_path / "a.parquet", name=pa.array(["図書館"]), remarks=pa.array(["駅前"]))
    with pytest.raises(UnreadableFileError, match=said):
        bring_in(path, layer="facilities", mapping=mapping)


@pytest.mark.parametrize(
    "options",
    [{"set": ["remarks=\udcff"]}, {"source_key": "k" * 81}, {"attribution": "あ" * 301}, {"licence": "\udc8e"}],
    ids=lambda options: next(iter(options)),
)
def test_options_that_the_database_cannot_hold_are_usage_errors(tmp_path, options):
    with pytest.raises(CommandError) as refused:
        call_command("import_file", tmp_path / "a.csv", yes=True, **options)
    assert refused.value.returncode == 2


def test_a_name_of_the_greatest_length_still_makes_a_key(tmp_path, bring_in):
    path = tmp_path / ("a" * 250 + ".csv")
    path.write_text("名称,緯度,経度\n図書館,35.68,139.56\n", encoding="utf-8")
    assert bring_in(path, layer="facilities").accepted == 1


def test_a_file_without_a_usable_row_says_why(write_sites, bring_in):
    with pytest.raises(
        UnreadableFileError, match=r"no row .* refused ×1: 洪水: neither yes nor no.*1 or empty.*たぶん"
    ):
        bring_in(write_sites(({"洪水": "たぶん"}, [139.56, 35.69])))


def test_a_file_whose_rows_all_belong_to_others_empties_no_data_set(write_sites, bring_in):
    bring_in(write_sites(({}, [139.56, 35.69])), source_key="theirs")
    bring_in(write_sites(({"共通ID": "E1320400003201"}, [139.56, 35.69])), source_key="ours")
    with pytest.raises(UnreadableFileError, match="the id belongs to theirs"):
        bring_in(write_sites(({}, [139.56, 35.69])), source_key="ours")
    assert EvacuationSite.objects.count() == 2


def test_a_report_holds_neither_long_cells_nor_endless_kinds():
    report = Report("x")
    for number in range(3_000):
        report.tell(Rejection(f"line {number}", "name", "長" * 10_000, f"reason {number}", "right"))
        report.tell(Notice("file", f"notice {number}"))
    assert max(len(entry.value) for entry in report.entries if isinstance(entry, Rejection)) == 200
    assert (report.refused_rows, len(report.refused), len(report.noticed)) == (3_000, MOST_KINDS + 1, MOST_KINDS + 1)
    assert sum(group.count for group in report.refused.values()) == 3_000


def test_a_file_of_which_every_row_is_refused_is_not_said_to_be_held(write_sites, bring_in):
    path = write_sites(({}, [139.56, 35.69]))
    bring_in(path, source_key="theirs")
    assert "nothing has changed: every row was refused" in bring_in(path, source_key="ours").text()


@pytest.mark.parametrize("fault", [psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected])
def test_imports_that_cross_are_told_to_try_again(fault):
    with pytest.raises(UnreadableFileError, match="another import .* try again"), faults_in_one_line():
        raise fault("duplicate key value")
    with pytest.raises(UnreadableFileError, match="another import .* try again"), faults_in_one_line():
        raise IntegrityError("duplicate key value") from fault("duplicate key value")


def test_a_property_that_is_now_a_text_now_an_object_comes_in_as_its_text(tmp_path, bring_in):
    values = ['駅 "前"', {"k": [1]}, True, None]
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"図書館{n}", "remarks": value, "ID": value},
            "geometry": {"type": "Point", "coordinates": [139.56, 35.69]},
        }
        for n, value in enumerate(values)
    ]
    path = tmp_path / "mixed.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert bring_in(path, layer="facilities").accepted == 4
    remarks = Facility.objects.order_by("name").values_list("remarks", flat=True)
    assert list(remarks) == ['駅 "前"', '{ "k": [ 1 ] }', "true", ""]
