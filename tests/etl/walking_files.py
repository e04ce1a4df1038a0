"""Walking networks as publishers hand them out, made by code: both editions, as CSV, Shapefile and GeoJSON."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

Row = dict[str, Any]

ORIGIN = (139.56, 35.68)
NODES: list[Row] = [
    {"node_id": "N1", "lat": 35.6800, "lon": 139.5600, "floor": 0, "elevation": 50.2, "in_out": 1},
    {"node_id": "N2", "lat": 35.6809, "lon": 139.5600, "floor": 0, "elevation": 99, "in_out": 1},
    {"node_id": "N3", "lat": 35.6809, "lon": 139.5611, "floor": -0.5, "elevation": " ", "in_out": 2},
    {"node_id": "N4", "lat": 35.6809, "lon": 139.5611, "floor": 1, "elevation": "", "in_out": 3},
]
for _node in NODES:
    _node |= {"link1_id": "L1", "link2_id": ""}

_PLAIN: Row = {
    "distance": 100.0, "rt_struct": 1, "route_type": 1, "direction": 1, "width": 3, "vtcl_slope": 1, "lev_diff": 1,
    "tfc_signal": 1, "tfc_s_type": 1, "brail_tile": 2, "elevator": 1, "roof": 1, "start_time": "", "end_time": "",
    "start_date": "", "end_date": "", "no_serv_d": "", "tfc_restr": 1, "w_min": 2.1, "w_min_lat": 35.6801,
    "w_min_lon": 139.5601, "vSlope_max": 3, "vSlope_lat": 35.6802, "vSlope_lon": 139.5602, "hSlope_max": 1,
    "hSlope_lat": 35.6803, "hSlope_lon": 139.5603, "condition": 1, "levDif_max": 1, "levDif_lat": 35.6804,
    "levDif_lon": 139.5604, "stair": 0, "handrail": 1, "waterway": 1, "bus_stop": 2, "bus_s_lat": 35.6805,
    "bus_s_lon": 139.5605, "facility": 1, "facil_lat": "", "facil_lon": "", "elev_lat": "", "elev_lon": "",
    "door_type": 1, "tfc_s_lat": 35.6806, "tfc_s_lon": 139.5606, "day_trfc": 99, "main_user": 1, "st_name": "中央通り",
}  # fmt: skip
_NEW: Row = {"rank": "SAA", "r_method": "112", "maint_date": "2024-07-01"}


def link(key: str, start: str, end: str, edition: str = "2024", **changed: Any) -> Row:
    """One link with all columns of its edition."""
    return {"link_id": key, "start_id": start, "end_id": end} | (_NEW if edition == "2024" else {}) | _PLAIN | changed


def network(edition: str = "2024") -> list[Row]:
    """A pavement, a street and an elevator whose ends lie above one another."""
    return [
        link("L1", "N1", "N2", edition),
        link("L2", "N2", "N3", edition, vtcl_slope=2, lev_diff=2, vSlope_max="", levDif_max="", st_name=" "),
        link("L3", "N3", "N4", edition, distance=0, route_type=4, elevator=5, width=1, w_min=0.9, lev_diff=99),
    ]


def csv_bytes(rows: list[Row], encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def shape_of(row: Row) -> Any:
    """The point of a node, the straight line of a link; a line to nowhere is left out."""
    if "node_id" in row:
        return shapely.Point(row["lon"], row["lat"])
    places = {node["node_id"]: (node["lon"], node["lat"]) for node in NODES}
    ends = [places[row[name].strip()] for name in ("start_id", "end_id") if row[name].strip() in places]
    return shapely.LineString(ends) if len(ends) == 2 else None


def geojson_bytes(rows: list[Row]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": row,
            "geometry": None if shape_of(row) is None else shape_of(row).__geo_interface__,
        }
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def write_shapefile(
    path: Path, rows: list[Row], encoding: str = "UTF-8", *, cpg: bool = True, srid: int = 6668
) -> None:
    """A Shapefile with texts as texts and numbers as numbers; blanks are nulls in columns of numbers."""

    shapes = np.array([shape_of(row) for row in rows], dtype=object)
    if srid != 6668:
        from pyproj import Transformer

        move = Transformer.from_crs(6668, srid, always_xy=True).transform
        shapes = np.array(
            [shapely.transform(s, lambda x, y: move(x, y), interleaved=False) for s in shapes], dtype=object
        )
    names = [name for name in rows[0] if name not in {"lat", "lon"} or "node_id" not in rows[0]]
    values = [_column([row[name] for row in rows]) for name in names]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapes),
        values,
        names,
        geometry_type="Point" if "node_id" in rows[0] else "LineString",
        crs=f"EPSG:{srid}",
        driver="ESRI Shapefile",
        encoding=encoding,
    )
    if not cpg:
        path.with_suffix(".cpg").unlink()


def _column(cells: list[Any]) -> np.ndarray[Any, Any]:
    if all(isinstance(cell, int | float) or not str(cell).strip() for cell in cells) and any(
        isinstance(cell, int | float) for cell in cells
    ):
        return np.array([cell if isinstance(cell, int | float) else np.nan for cell in cells], dtype=np.float64)
    return np.array([str(cell) for cell in cells], dtype=object)


def zip_up(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path
