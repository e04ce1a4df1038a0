"""施設データ of the 2018 edition of the walking network: public toilets, clinics and other destinations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from etl.readers.sheets import Sheet
from etl.readers.walking_rows import positions
from etl.record import Item, Notice, RawRow, Rejection
from etl.walking_codes import written

FIELDS = ("name", "category", "address", "phone", "wheelchair_accessible", "remarks")
_CATEGORIES = {"3": "medical", "10": "toilet"}
"""facil_type; the meaning of the other codes is not public in a form that could be relied upon."""
_DESIGNATED_SHELTER = "3"
"""evacuation: 指定避難所."""
_MULTIPURPOSE = {"3", "4", "5", "6"}
"""toilet: multi-purpose, with ostomate facilities, with a changing sheet, with both."""


def facility_items(sheet: Sheet, srid: int) -> Iterator[Item]:
    """The facilities of a table."""
    for stretch in sheet.stretches():
        yield from stretch.refused
        lons, lats = positions(stretch, srid)
        for index, place in enumerate(stretch.places):
            cells = {name: written(values[index]) for name, values in stretch.columns.items()}
            if not cells["facil_id"]:
                yield Rejection(place, "facil_id", stretch.columns["facil_id"][index], "the id is blank", "an id")
            elif np.isnan(lons[index]):
                yield Rejection(place, "lat, lon", cells["facil_id"], "no position", "decimal degrees")
            else:
                if cells["facil_type"] not in _CATEGORIES:
                    yield Notice(
                        place, f"facil_type {cells['facil_type'] or '(blank)'} is kept as その他, with its code"
                    )
                point = shapely.Point(lons[index], lats[index])
                yield RawRow(place, "facilities", cells["facil_id"], _values(cells), point)


def _values(cells: dict[str, str]) -> dict[str, Any]:
    kind = cells["facil_type"]
    remarks = [] if kind in _CATEGORIES else [f"施設種別 {kind or '不明'}"]
    if cells.get("evacuation") == _DESIGNATED_SHELTER:
        remarks.append("指定避難所")
    return {
        "name": cells.get("name_ja") or cells.get("name_en") or ("公衆トイレ" if kind == "10" else ""),
        "category": _CATEGORIES.get(kind, "other"),
        "address": cells.get("address", ""),
        "phone": cells.get("tel", ""),
        "wheelchair_accessible": True if kind == "10" and cells.get("toilet") in _MULTIPURPOSE else None,
        "remarks": "、".join(remarks),
    }
