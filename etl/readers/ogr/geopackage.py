"""What a GeoPackage holds, asked of SQLite before GDAL opens it: only plain tables are taken, no view and no virtual
table, so that nothing in the file can make SQLite do more than read rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from etl.readers.ogr.workspace import Workspace
from etl.record import UnreadableFileError

MAX_GEOMETRY_BYTES = 64 * 1024 * 1024
"""About four million positions; a row that is larger is not even loaded."""

_MAX_STEPS = 200_000_000
"""Instructions of SQLite's machine for one question: some seconds."""

_NEEDED = {"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"}
_TRUE_TABLE = "type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"


def staged(path: Path, workspace: Workspace, name: str) -> tuple[Path, tuple[str, ...]]:
    """The file as GDAL may see it, and what its owner should know.

    A file that is open in another program has its latest changes in a ``-wal`` file beside it: both are copied.
    """
    wal = path.with_name(path.name + "-wal")
    if not wal.is_file() or wal.stat().st_size == 0:
        return workspace.link(path, name), ()
    place = workspace.copy(path, name)
    workspace.copy(wal, name + "-wal")
    _take_in_wal(place)
    return place, (f"{wal.name} beside the file holds changes of a program that has it open; they were read too",)


def _take_in_wal(place: Path) -> None:
    try:
        with closing(sqlite3.connect(place)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise UnreadableFileError(f"broken GeoPackage: {error}") from error


def feature_tables(path: Path) -> list[str]:
    """Names of the tables with features.

    Raises:
        UnreadableFileError: where the file is no GeoPackage, is broken, or has a row beyond all measure.
    """
    with _connected(path) as connection:
        tables = {name for (name,) in connection.execute(f"SELECT name FROM sqlite_master WHERE {_TRUE_TABLE}")}
        if not tables >= _NEEDED:
            raise UnreadableFileError(
                "an SQLite database, but no GeoPackage: it has no table gpkg_contents"
                if "gpkg_contents" not in tables
                else "an incomplete GeoPackage: it lacks " + ", ".join(sorted(_NEEDED - tables))
            )
        named = connection.execute(
            "SELECT c.table_name, g.column_name FROM gpkg_contents c JOIN gpkg_geometry_columns g USING (table_name)"
            " WHERE c.data_type = 'features' ORDER BY 1"
        ).fetchall()
        found = [(table, column) for table, column in named if table in tables]
        if not found:
            left_out = f"; views are left out: {', '.join(name for name, _ in named)}" if named else ""
            raise UnreadableFileError(f"the GeoPackage has no table of features{left_out}")
        for table, column in found:
            _check_sizes(connection, str(table), str(column))
        return [str(table) for table, _ in found]


def _check_sizes(connection: sqlite3.Connection, table: str, column: str) -> None:
    shape, name = _quoted(column), _quoted(table)
    row = connection.execute(
        f"SELECT rowid, length({shape}) FROM {name} WHERE length({shape}) > ? LIMIT 1", (MAX_GEOMETRY_BYTES,)
    ).fetchone()
    if row is not None:
        size, most = row[1] // 2**20, MAX_GEOMETRY_BYTES // 2**20
        raise UnreadableFileError(f"{table}: the geometry of row {row[0]} has {size} MB; at most {most} MB are read")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    """Read only, and as a file that nobody changes, so that SQLite leaves nothing beside it."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.set_progress_handler(lambda: 1, _MAX_STEPS)
            yield connection
    except sqlite3.Error as error:
        raise UnreadableFileError(f"broken GeoPackage: {error}") from error
