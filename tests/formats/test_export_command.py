"""`./gis export`: a complete file or none, one clear line, the exit status."""

from __future__ import annotations

import csv
import gc
import resource
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from layers import registry
from layers.formats import UnwritableError, find_format
from layers.formats.base import Export
from layers.management.commands import export_layer
from layers.spec import Audience
from tests.formats.reading import loads, read
from tests.formats.rows import SECRET, fill


@pytest.fixture
def shelters(db: None) -> None:
    fill(registry.get("shelters"), 4)


def export(*words: Any, **options: Any) -> None:
    call_command("export_layer", *map(str, words), **options)


@pytest.mark.parametrize("name", ["a.geojson", "a.csv", "a.xlsx", "a.gpkg", "a.zip", "a.fgb", "a.parquet", "a.kml"])
def test_the_name_of_the_file_decides_the_format(name, shelters, tmp_path):
    export("shelters", tmp_path / name)
    assert len(read(tmp_path / name)) == 4
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_longer_ending_wins_and_json_fg_names_its_reference_system(shelters, tmp_path):
    export("shelters", tmp_path / "a.fg.json", crs="EPSG:6677")
    document = loads(tmp_path / "a.fg.json")
    assert document["coordRefSys"].endswith("/6677")
    northing, easting = document["features"][0]["place"]["coordinates"]
    assert -36_000 < northing < -35_000
    assert -25_000 < easting < -24_000


def test_without_a_word_the_file_is_for_everybody(shelters, tmp_path):
    export("shelters", tmp_path / "public.csv")
    export("shelters", tmp_path / "staff.csv", audience="staff")
    assert SECRET not in (tmp_path / "public.csv").read_text(encoding="utf-8")
    assert SECRET in (tmp_path / "staff.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "options", "said"),
    [
        (["nowhere", "a.csv"], {}, "no layer is called 'nowhere'; there are: .*shelters"),
        (["shelters", "a.dxf"], {}, "a.dxf: its end tells no format; there are: geojson"),
        (["shelters", "a.csv"], {"format": "dxf"}, "'dxf' is no format"),
        (["shelters", "no/a.csv"], {}, "no such folder"),
        (["shelters", "a.csv"], {"crs": "EPSG:2451"}, "'EPSG:2451' is none of CRS84, EPSG:4326, EPSG:6668"),
        (["shelters", "a.kml"], {"crs": "EPSG:6677"}, "kml holds nothing but longitude and latitude"),
        (["shelters", "a.csv"], {"audience": "all"}, "'all' is none of public"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_status_two(words, options, said, shelters, tmp_path):
    with pytest.raises(CommandError, match=said) as refusal:
        export(words[0], tmp_path / words[1], **options)
    assert refusal.value.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_replaced_only_by_force(shelters, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(CommandError, match="exists already; --force replaces it"):
        export("shelters", path)
    assert path.read_text() == "mine"
    export("shelters", path, force=True)
    assert len(read(path)) == 4


def test_an_export_that_fails_on_the_way_leaves_the_old_file(shelters, tmp_path, monkeypatch):
    path = tmp_path / "a.geojson"
    path.write_text("old")

    def fails(*_: Any) -> None:
        raise UnwritableError("the shape does not fit")

    monkeypatch.setattr(export_layer, "_write", fails)
    with pytest.raises(CommandError, match="the shape does not fit") as failure:
        export("shelters", path, force=True)
    assert failure.value.returncode == 1
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # openpyxl's, on its way out
@pytest.mark.parametrize(
    "chosen",
    [find_format(name) for name in ("csv", "gpkg", "fgb", "shp", "parquet", "xlsx")],
    ids=lambda chosen: chosen.name,
)
def test_a_full_disk_is_one_clear_line_and_no_file(chosen, db, tmp_path):
    """The limit on the size of files does to writers what a full disk does."""
    layer = registry.get("shelters")
    fill(layer, 400)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, old[1]))
    try:
        with pytest.raises(CommandError) as failure:
            export("shelters", tmp_path / f"a.{chosen.extension}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)
    gc.collect()
    assert failure.value.returncode == 1
    assert "\n" not in str(failure.value)
    assert list(tmp_path.iterdir()) == []


def test_progress_tells_how_many_features_have_been_read(shelters):
    seen: list[int] = []
    layer = registry.get("shelters")
    assert b"".join(find_format("csv").chunks(Export(layer, Audience.PUBLIC, on_rows=seen.append)))
    assert seen == [4]


def test_evacuation_sites_come_under_the_official_columns(db, tmp_path):
    layer = registry.get("evacuation-sites")
    fill(layer, 4)
    layer.model.objects.filter(id__startswith="000").update(flood=True, fire=False, also_shelter=True, name="第一広場")
    export("evacuation-sites", tmp_path / "a.csv", standard="")
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)))
    first = rows[0]
    assert list(first)[:4] == ["全国地方公共団体コード", "ID", "地方公共団体名", "名称"]
    assert (first["全国地方公共団体コード"], first["名称"]) == ("132047", "第一広場")
    assert (first["災害種別_洪水"], first["災害種別_大規模な火事"], first["指定避難所との重複"]) == ("1", "", "1")
    assert float(first["緯度"]) < 36 < float(first["経度"])
    assert first["想定収容人数"] == "", "nothing is guessed"
    assert len(rows) == 4


def test_a_layer_of_several_sheets_asks_which(db, tmp_path):
    layer = registry.get("facilities")
    fill(layer, 11)
    with pytest.raises(CommandError, match="public-toilet, aed, public-facility"):
        export("facilities", tmp_path / "a.csv", standard="")
    export("facilities", tmp_path / "a.csv", standard="public-toilet")
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)))
    assert len(rows) == layer.model.objects.filter(category="toilet").count() == 1
    assert len(rows[0]) == 39


def test_a_layer_without_a_sheet_says_so(db, tmp_path):
    with pytest.raises(CommandError, match="has no sheet for shelters"):
        export("shelters", tmp_path / "a.csv", standard="")


def test_the_command_stands_among_the_others():
    from tests.running import CHECKOUT

    result = subprocess.run([CHECKOUT / "gis", "--help"], capture_output=True, text=True, check=False)
    assert "./gis export" in result.stdout


def test_a_temporary_folder_is_never_left_behind(shelters, tmp_path: Path):
    for name in ("a.csv", "b.zip"):
        export("shelters", tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.zip"]
