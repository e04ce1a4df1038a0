"""Uploads that are rasters: looked at and stored as `./gis import` does, with the words that a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import shapely

from etl.contents import open_contents
from etl.raster_kinds import is_raster
from etl.readers import Options
from etl.record import UnreadableFileError
from gis_server.accounts.roles import audience_of
from gis_server.imports.access import may_store_rasters
from gis_server.imports.models import Upload, move
from gis_server.imports.preview import Preview
from layers.raster import KINDS, VERTICAL_DATUMS
from layers.spec import Text

if TYPE_CHECKING:
    from etl.rasters import RasterPlan

SAID: Final = {"kind": 20, "vertical_datum": 20, "unit": 20, "nodata": 40, "title": 200}
"""What the owner may say of a raster (`etl.rasters.CONSTANTS`), and its greatest length."""
CHOICES: Final[Mapping[str, Mapping[str, Text]]] = {"kind": KINDS, "vertical_datum": VERTICAL_DATUMS}


class _CancelledError(Exception):
    """The owner has called the load off; what it has written is taken back."""


def holds_raster(path: Path) -> bool:
    """Whether the file goes into the store of rasters rather than into layers."""
    return path.exists() and is_raster(open_contents(path))


def look_at_raster(upload: Upload, options: Options, found: dict[str, Any]) -> None:
    """Fill in what was found, storing nothing.

    Raises:
        UnreadableFileError: what is wrong with the file, or what its owner has to say first.
    """
    found["recognition"] = {"raster": {}}
    plan = _inspected(upload, options)
    found["recognition"] = _recognition(plan)
    found["report"] = _report(plan)
    preview = Preview([], audience_of(upload.owner))
    preview.add_outline(shapely.from_wkt(plan.row["bounds"]), str(plan.row["title"]))
    preview.write(upload.preview_path)


def load_raster(upload: Upload, options: Options) -> None:
    """Store the raster. The upload's state changes in the transaction of its row: both have happened, or neither."""
    from etl.rasters import store  # loads GDAL

    def agree() -> None:
        members = {"report": _report(plan), "recognition": _recognition(plan), "message": ""}
        if not move(upload, (Upload.State.LOADING,), Upload.State.LOADED, **members):
            raise _CancelledError

    try:
        plan = _inspected(upload, options)
        store(plan, agree)
    except UnreadableFileError as error:
        move(upload, (Upload.State.LOADING,), Upload.State.FAILED, message=str(error))
    except _CancelledError:
        return


def _inspected(upload: Upload, options: Options) -> RasterPlan:
    from etl.rasters import inspect  # loads GDAL

    if not may_store_rasters(audience_of(upload.owner)):
        raise UnreadableFileError(f"{upload.owner.get_username()} may not store rasters")
    if not upload.path.exists():
        raise UnreadableFileError("the file is no longer here: it was removed after some days")
    return inspect(upload.path, options)


def _recognition(plan: RasterPlan) -> dict[str, Any]:
    row = plan.row
    names = ("kind", "vertical_datum", "srid", "width", "height", "resolution_m", "minimum", "maximum", "unit", "title")
    return {
        "kind": plan.form,
        "source": plan.key,
        "reasons": list(plan.reasons),
        "attribution": row["attribution"],
        "licence": row["licence"],
        "raster": {name: row[name] for name in names} | {"known": plan.is_known},
    }


def _report(plan: RasterPlan) -> dict[str, Any]:
    notices = [{"type": "notice", "place": plan.path.name, "reason": notice} for notice in plan.notices]
    return {"accepted": 1, "repaired": 0, "refused": 0, "entries": notices, "entries_left_out": 0}


def said_rows(upload: Upload, words: Mapping[str, str], language: str) -> list[dict[str, Any]]:
    """The fields of the form for what the file does not say."""
    said = upload.options.get("constants", {})
    rows = []
    for name in SAID:
        titles = CHOICES.get(name, {})
        codes = [{"value": key, "title": text.in_language(language)} for key, text in titles.items()]
        codes = [{"value": "", "title": words["automatic"]}, *codes] if codes else []
        codes = [code | {"chosen": code["value"] == said.get(name, "")} for code in codes]
        rows.append({"name": name, "title": words[f"raster_{name}"], "value": said.get(name, ""), "codes": codes})
    return rows


def raster_facts(upload: Upload, words: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    """What was found, each with its title; nothing for an upload that is no raster."""
    raster = upload.recognition.get("raster")
    if not raster:
        return []
    values = words["raster_empty"]
    if raster["minimum"] is not None:
        values = f"{raster['minimum']:g} – {raster['maximum']:g} {raster['unit']}".rstrip()
    return [
        (words["raster_title"], raster["title"]),
        (words["raster_kind"], KINDS[raster["kind"]].in_language(language)),
        (words["raster_size"], f"{raster['width']:,} × {raster['height']:,}"),
        (words["raster_values"], values),
        (words["raster_resolution"], f"{raster['resolution_m']:.2f} m"),
        (words["raster_vertical_datum"], VERTICAL_DATUMS[raster["vertical_datum"]].in_language(language)),
        (words["srid"], f"EPSG:{raster['srid']}"),
        *([(words["state"], words["raster_known"])] if raster["known"] else []),
    ]
