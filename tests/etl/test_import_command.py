"""`./gis import` shows what it recognised, asks, and reports: to a person or as one JSON object."""

from __future__ import annotations

import json
import os
import pty
import subprocess

import pytest
from django.core.management import CommandError, call_command

from layers.catalog.disaster import DamageArea, EvacuationSite
from tests.running import CHECKOUT, RunningCity

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def one_site(write_sites):
    return write_sites(({}, [139.56, 35.69]))


def test_without_a_terminal_nothing_is_loaded_unasked(one_site):
    with pytest.raises(CommandError, match="--yes loads what is recognised") as refused:
        call_command("import_file", one_site)
    assert refused.value.returncode == 2
    assert not EvacuationSite.objects.exists()


def test_a_trial_says_by_what_the_file_was_known_and_stores_nothing(one_site, capsys):
    call_command("import_file", one_site, dry_run=True)
    said = capsys.readouterr().out
    assert "because    " in said
    assert "into       evacuation-sites: " in said
    assert "trial run: nothing has been stored" in said
    assert not EvacuationSite.objects.exists()


def test_the_report_is_one_json_object_of_what_was_accepted_repaired_and_refused(write_sites, capsys):
    path = write_sites(
        ({"施設・場所名": "　第一広場　"}, [139.56, 35.69]),
        ({"共通ID": "E1320400003201", "洪水": "たぶん"}, [139.56, 35.69]),
    )
    call_command("import_file", path, yes=True, json=True)
    report = json.loads(capsys.readouterr().out)
    assert (report["accepted"], report["repaired"], report["refused"]) == (1, 1, 1)
    assert report["recognised"]["layers"] == ["evacuation-sites"]
    assert report["recognised"]["reasons"]
    kinds = {entry["type"]: entry for entry in report["entries"]}
    assert (kinds["repaired"]["value"], kinds["repaired"]["after"]) == ("　第一広場　", "第一広場")
    refused = kinds["refused"]
    assert (refused["place"], refused["field"], refused["value"]) == ("row 2 第一広場", "洪水", "たぶん")
    assert refused["expected"] == "1 or empty"


def test_a_failure_is_a_json_object_too(tmp_path, capsys):
    path = tmp_path / "empty.geojson"
    path.write_bytes(b"")
    with pytest.raises(SystemExit):
        call_command("import_file", path, yes=True, json=True)
    assert json.loads(capsys.readouterr().out) == {"file": str(path), "error": "the file is empty"}


def test_a_field_may_be_set_for_every_row(tmp_path):
    square = [[[139.56, 35.69], [139.57, 35.69], [139.57, 35.7], [139.56, 35.69]]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": square}}
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    call_command("import_file", path, yes=True, layer="damage-areas", set=["kind=landslide"])
    assert DamageArea.objects.get().kind == "landslide"
    with pytest.raises(SystemExit):
        call_command("import_file", path, yes=True, layer="damage-areas", set=["colour=red"])


@pytest.mark.server
@pytest.mark.parametrize(("answer", "comes_in"), [("n", False), ("y", True)])
def test_on_a_terminal_it_asks_and_does_as_told(city: RunningCity, write_sites, answer, comes_in):
    key = f"E132049988{comes_in:d}201"
    path = write_sites(({"共通ID": key, "施設・場所名": "架空の広場"}, [139.56, 35.69]))
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    result = subprocess.run(
        [CHECKOUT / "gis", "import", path, "--source-key", f"asked-{answer}"],
        stdin=theirs, env=city.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert result.returncode == 0, result.stderr
    assert "Load it into evacuation-sites? [y/N]" in result.stdout
    found = city.rows("SELECT count(*) FROM layers_evacuationsite WHERE id = %s", key)
    assert found == [(int(comes_in),)]
