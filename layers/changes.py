"""The append-only log of changes, filled by the database itself, and each layer's revision.

Statement-level triggers on every layer's table, generated from the registry, write to `Change` (one entry a
statement) and `ChangedRow` (each row before and after). Consumers pull: they compare revisions. The SQL is in
`layers/sql/functions.sql`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db import connection

from layers import database, registry
from layers.crs import LON_LAT_SRID
from layers.spec import LayerSpec

FUNCTIONS_SQL = Path(__file__).parent / "sql" / "functions.sql"


class Revision(models.Model):
    """How often a layer has changed. Grows by one with each entry, in the order in which commits become visible."""

    layer = models.CharField(primary_key=True, max_length=60)
    revision = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.layer} {self.revision}"


class Change(models.Model):
    """One statement that changed a layer: who, when, how many rows, and the area touched before and after.

    `revision` is null until the transaction commits. `began_at` is when the transaction began: rows that a bulk load
    inserts are entered at that moment (null in entries older than this column).
    """

    layer = models.CharField(max_length=60)
    revision = models.BigIntegerField(null=True)
    operation = models.CharField(max_length=10)
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    transaction = models.BigIntegerField()
    row_count = models.BigIntegerField()
    is_bulk = models.BooleanField()
    area = models.GeometryField(srid=LON_LAT_SRID, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "revision"], name="change_layer_revision")]  # noqa: RUF012
        indexes = [  # noqa: RUF012
            models.Index(
                fields=["transaction"],
                condition=models.Q(revision__isnull=True),
                name="change_pending",
            ),
            models.Index(fields=["layer", "at"], name="change_layer_at"),
            GistIndex("layer", "area", models.F("revision") + 0, name="change_touched"),
        ]

    def __str__(self) -> str:
        return f"{self.layer} {self.revision}: {self.operation} {self.row_count}"


class ChangedRow(models.Model):
    """One row of a change, as it was and as it became.

    Of a bulk load only rows that it changed or removed are here, as they were: what it inserted is in the table, known
    by the moment at which it was entered, and what became of changed rows is there too. Rows that it inserts with
    another such moment (an import that is taken back brings old rows again) are here like any other.
    """

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="rows")
    feature_id = models.CharField(max_length=120, db_collation="C", db_index=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    geometry_before = models.GeometryField(srid=LON_LAT_SRID, null=True, spatial_index=False)
    geometry_after = models.GeometryField(srid=LON_LAT_SRID, null=True, spatial_index=False)

    def __str__(self) -> str:
        return f"{self.change_id}: {self.feature_id}"


_REVISION = "SELECT revision FROM layers_revision WHERE layer = %s"
_REVISIONS = "SELECT layer, revision FROM layers_revision WHERE layer = ANY(%s::text[])"


def revision_of(layer: str) -> int:
    """How often `layer` has changed; 0 for never."""
    found = database.fetch(_REVISION, [layer], is_frequent=True)
    return int(found[0][0]) if found else 0


def revisions_of(layers: Iterable[str]) -> dict[str, int]:
    """The revisions of several layers, read in one statement and so at one moment."""
    names = list(layers)
    known: dict[str, int] = dict(database.fetch(_REVISIONS, [names], is_frequent=True))
    return {name: known.get(name, 0) for name in names}


def install() -> None:
    """Install the database's own functions (again), without touching any row."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS_SQL.read_text(encoding="utf-8"))


def attach() -> None:
    """Attach the log to every declared layer's table (again), and the giving of revisions to the log."""
    with connection.cursor() as cursor:
        for layer in registry.declared():
            cursor.execute(build_triggers(layer))
        cursor.execute(REVISION_TRIGGER)


REVISION_TRIGGER = """
DROP TRIGGER IF EXISTS machigis_revision ON layers_change;
CREATE CONSTRAINT TRIGGER machigis_revision AFTER INSERT ON layers_change
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION machigis_assign_revisions();
"""


TRIGGER_NAMES = (
    "machigis_version",
    "machigis_insert",
    "machigis_update",
    "machigis_delete",
    "machigis_truncate",
)


def build_triggers(layer: LayerSpec) -> str:
    """The statements that attach the log to a layer's table."""
    table = f'"{layer.table}"'
    name = layer.name.replace("'", "''")
    return f"""
CREATE OR REPLACE TRIGGER machigis_version BEFORE UPDATE ON {table}
  FOR EACH ROW EXECUTE FUNCTION machigis_next_version();
CREATE OR REPLACE TRIGGER machigis_insert AFTER INSERT ON {table}
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION machigis_log_insert('{name}');
CREATE OR REPLACE TRIGGER machigis_update AFTER UPDATE ON {table}
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION machigis_log_update('{name}');
CREATE OR REPLACE TRIGGER machigis_delete AFTER DELETE ON {table}
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION machigis_log_delete('{name}');
CREATE OR REPLACE TRIGGER machigis_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION machigis_log_truncate('{name}');
"""
