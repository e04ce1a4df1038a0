"""Files read back by programs that are not ours: GDAL, Arrow, openpyxl, Python's csv."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import pyogrio
import shapely


def read(path: Path) -> list[dict[str, Any]]:
    """Features as dicts with `id` and `geometry`, by id."""
    if path.suffix == ".csv":
        rows = _table(list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True))))
    elif path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        rows = _table([list(row) for row in sheet.iter_rows(values_only=True)])
    elif path.suffix == ".parquet":
        rows = geopandas.read_parquet(path).to_dict("records")
    else:
        rows = pyogrio.read_dataframe(_location(path)).to_dict("records")
    return sorted(({**row, "id": row.get("machigis_id") or row["id"]} for row in rows), key=lambda row: row["id"])


def crs_of(path: Path) -> int:
    if path.suffix == ".parquet":
        return int(geopandas.read_parquet(path).crs.to_epsg() or 4326)
    name = str(pyogrio.read_info(_location(path))["crs"])
    return 4326 if "CRS84" in name else int(name.rsplit(":", 1)[1])


def everything_in(path: Path) -> str:
    """All that a reader could find in a file, unpacked, as one text."""
    if path.suffix == ".parquet":
        table = geopandas.read_parquet(path)
        return str(table.columns) + table.to_csv()
    if path.suffix in {".zip", ".xlsx"}:
        with zipfile.ZipFile(path) as archive:
            return "".join(name + archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return path.read_bytes().decode("utf-8", "replace")


def _location(path: Path) -> str:
    return f"/vsizip/{path}" if path.suffix == ".zip" else str(path)


def _table(rows: list[list[Any]]) -> list[dict[str, Any]]:
    header = [str(name) for name in rows[0]]
    found = []
    for cells in rows[1:]:
        row = dict(zip(header, cells, strict=True))
        found.append(row | {"geometry": _shape(row, header)})
    return found


def _shape(row: dict[str, Any], header: list[str]) -> Any:
    names = [name for name in header if name.startswith(("longitude", "latitude", "x_epsg", "y_epsg"))]
    if names:
        return shapely.Point(*(float(row[name]) for name in names))
    return shapely.from_wkt("".join(row[name] or "" for name in header if name.startswith("geometry")))


def loads(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
