"""One file's way: recognise => read => check => load => look around => report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from etl.loading import Progress, load
from etl.readers import Options
from etl.recognition import Recognised, recognise
from etl.record import DataSet, Item, RawBatch, RawRow, UnreadableFileError
from etl.report import Report
from etl.validation import checked
from layers.feature import Source

ACTOR = "import"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose data set is known, but of which no row has been read yet."""

    path: Path
    recognised: Recognised
    data_set: DataSet


def open_file(path: Path, options: Options, reader_name: str = "") -> Opened:
    """Recognise a file and open it.

    Raises:
        UnreadableFileError: in one line, what is wrong with the file.
    """
    recognised = recognise(path, reader_name, options.layer)
    data_set = recognised.reader.open(recognised.contents, options)
    if options.layer and options.layer not in data_set.columns:
        filled = ", ".join(data_set.columns)
        raise UnreadableFileError(
            f"known as {data_set.kind} ({recognised.reason}): it fills {filled}, not {options.layer}"
        )
    return Opened(path, recognised, replace(data_set, source=_named(data_set.source, options)))


def import_opened(opened: Opened, options: Options, progress: Progress, *, keep: bool = True) -> Report:
    """Bring an opened file into its layers, all or nothing.

    Raises:
        UnreadableFileError: where the file turns out to be broken while it is read; nothing has changed then.
    """
    data_set = opened.data_set
    report = Report(f"{opened.path.name}: {data_set.kind} ({opened.recognised.reason})", is_trial=not keep)
    rows = checked(_with_city(data_set.rows, options.city_code))
    report.merged = load(data_set, rows, ACTOR, report.tell, progress, keep=keep)
    return report


def _with_city(items: Iterable[Item], city_code: str) -> Iterable[Item]:
    """Rows that name no municipality belong to the one that the caller names."""
    return (_in_city(item, city_code) for item in items) if city_code else items


def _in_city(item: Item, city_code: str) -> Item:
    if isinstance(item, RawRow) and not item.city_code:
        return replace(item, city_code=city_code)
    if isinstance(item, RawBatch):
        codes = item.city_codes if item.city_codes is not None else pa.nulls(len(item), pa.string())
        is_named = pc.fill_null(pc.not_equal(codes, ""), False)
        return replace(item, city_codes=pc.if_else(is_named, codes, city_code))
    return item


def _named(source: Source, options: Options) -> Source:
    """The source as the file says it, with what the caller says instead."""
    source.key = options.source_key or source.key
    source.attribution = options.attribution or source.attribution
    source.licence = options.licence or source.licence
    return source
