"""An import is written down and can be taken back; what somebody changed since stays."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from etl.models import ImportEntry, ImportRun
from etl.undoing import UndoRefused, undo
from layers.catalog.disaster import EvacuationSite
from layers.changes import Change, revision_of
from layers.feature import Source

pytestmark = pytest.mark.usefixtures("committed")

FIRST = ({}, [139.56, 35.69])
SECOND = ({"共通ID": "E1320400003201", "施設・場所名": "第二広場"}, [139.57, 35.69])
THIRD = ({"共通ID": "E1320400004201", "施設・場所名": "第三広場"}, [139.58, 35.69])


def rows() -> list[tuple]:
    """Everything that an import may have changed, without what only counts changes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(s) - 'version' - 'changed_at' FROM layers_evacuationsite s ORDER BY id COLLATE \"C\""
        )
        return cursor.fetchall()


def last_run() -> ImportRun:
    return ImportRun.objects.order_by("-pk")[0]


def test_a_run_says_what_came_of_the_file(write_sites, bring_in):
    bring_in(write_sites(FIRST, ({"洪水": "たぶん"}, [139.56, 35.69])))
    run = last_run()
    assert (run.state, run.accepted, run.refused) == ("loaded", 1, 1)
    assert run.file_bytes > 0
    assert len(run.file_sha256) == 64
    assert run.recognition["layers"] == ["evacuation-sites"]
    entry = run.entries.get(kind="refused")
    assert (entry.place, entry.field, entry.value) == ("row 2 第一広場", "洪水", "たぶん")
    assert entry.point.coords == (139.56, 35.69), "a refused row can be shown on a map"


def test_a_trial_leaves_no_run(write_sites, bring_in):
    bring_in(write_sites(FIRST), keep=False)
    assert not ImportRun.objects.exists()


def test_a_run_that_fails_says_why_and_leaves_nothing_else(write_sites, bring_in):
    with pytest.raises(Exception, match="no row of the file can be used"):
        bring_in(write_sites(({"洪水": "たぶん"}, [139.56, 35.69])))
    assert last_run().state == "failed"
    assert "no row of the file can be used" in last_run().message
    assert not ImportEntry.objects.exists()
    assert not Source.objects.exists()


def test_the_first_import_is_taken_back_whole(write_sites, bring_in):
    bring_in(write_sites(FIRST, SECOND))
    (done,) = undo(last_run(), "花子")
    assert (done.removed, done.kept) == (2, 0)
    assert not EvacuationSite.objects.exists()
    assert not Source.objects.exists()
    run = last_run()
    assert (run.state, run.undone_by) == ("undone", "花子")


def test_an_edition_is_taken_back_to_the_one_before(write_sites, bring_in):
    bring_in(write_sites(FIRST, SECOND))
    before, revision = rows(), revision_of("evacuation-sites")
    bring_in(write_sites(({"施設・場所名": "改名広場"}, [139.565, 35.69]), THIRD))
    assert rows() != before
    (done,) = undo(last_run(), "花子")
    assert (done.removed, done.restored, done.brought_back, done.kept) == (1, 1, 1, 0)
    assert rows() == before
    assert revision_of("evacuation-sites") > revision, "tiles and routes must notice"
    assert Source.objects.get().imported_at is not None


def test_undoing_is_itself_one_bulk_change_of_its_actor(write_sites, bring_in):
    bring_in(write_sites(FIRST))
    undo(last_run(), "花子")
    change = Change.objects.order_by("-pk")[0]
    assert (change.operation, change.actor, change.is_bulk) == ("delete", "花子", True)


def test_what_was_edited_since_stays(write_sites, bring_in):
    bring_in(write_sites(FIRST, SECOND))
    bring_in(write_sites(({"施設・場所名": "改名広場"}, [139.56, 35.69]), THIRD))
    EvacuationSite.objects.filter(name="改名広場").update(remarks="現地で確認")
    EvacuationSite.objects.filter(name="第三広場").update(remarks="現地で確認")
    (done,) = undo(last_run(), "花子")
    assert (done.removed, done.restored, done.brought_back, done.kept) == (0, 0, 1, 2)
    assert set(EvacuationSite.objects.values_list("name", flat=True)) == {"改名広場", "第二広場", "第三広場"}


def test_only_the_last_import_of_a_source_can_be_taken_back(write_sites, bring_in):
    bring_in(write_sites(FIRST))
    first = last_run()
    bring_in(write_sites(FIRST, SECOND))
    with pytest.raises(UndoRefused, match=f"import {last_run().pk} of the same source came later"):
        undo(first, "花子")
    undo(last_run(), "花子")
    undo(first, "花子")
    assert not EvacuationSite.objects.exists()


def test_an_import_is_taken_back_once(write_sites, bring_in):
    bring_in(write_sites(FIRST))
    undo(last_run(), "花子")
    with pytest.raises(UndoRefused, match="nothing to take back"):
        undo(last_run(), "花子")


def test_the_command_says_what_it_does_and_a_trial_does_nothing(write_sites, bring_in, capsys):
    bring_in(write_sites(FIRST, SECOND))
    number = last_run().pk
    call_command("undo_import", number, dry_run=True)
    assert capsys.readouterr().out == "evacuation-sites: 2 removed\ntrial run: nothing has been changed\n"
    assert EvacuationSite.objects.count() == 2
    call_command("undo_import", number)
    assert EvacuationSite.objects.count() == 0
    call_command("undo_import")
    assert f"{number}  " in capsys.readouterr().out
    with pytest.raises(CommandError, match="there is no import"):
        call_command("undo_import", number + 1)
