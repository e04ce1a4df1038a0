"""One file's way: recognise => read => check => load => look around => report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from etl.loading import Hooks, Progress, load
from etl.models import ImportRun
from etl.readers import Options
from etl.recognition import Recognised, recognise
from etl.record import DataSet, Item, RawBatch, RawRow, UnreadableFileError
from etl.recording import Recorder
from etl.report import Report, recognition_members
from etl.validation import checked
from layers import registry
from layers.bulk import Merged
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
    columns = _with_constants(data_set.columns, options)
    return Opened(path, recognised, replace(data_set, source=_named(data_set.source, options), columns=columns))


def _with_constants(columns: Mapping[str, tuple[str, ...]], options: Options) -> dict[str, tuple[str, ...]]:
    """The fields that a file fills, with those to which the caller gives a value for every row."""
    for name in options.constants:
        unknown = [layer for layer in columns if name not in {field.name for field in registry.get(layer).fields}]
        if unknown:
            raise UnreadableFileError(f"--set {name}: {unknown[0]} has no such field")
    return {layer: (*names, *(n for n in options.constants if n not in names)) for layer, names in columns.items()}


def import_opened(
    opened: Opened, options: Options, progress: Progress, *, keep: bool = True, actor: str = ACTOR
) -> Report:
    """Bring an opened file into its layers, all or nothing, and write the run down.

    Raises:
        UnreadableFileError: where the file turns out to be broken while it is read; nothing has changed then.
    """
    data_set = opened.data_set
    report = Report(f"{opened.path.name}: {data_set.kind} ({opened.recognised.reason})", is_trial=not keep)
    recorder = Recorder(opened.path, options, actor)
    recorder.recognised(data_set, recognition_members(data_set, opened.recognised.reason))

    def after(merged: tuple[Merged, ...]) -> None:
        report.take(merged)
        if keep:
            recorder.loaded(report)

    hooks = Hooks(report.tell, progress, recorder.remember_source, after)
    try:
        load(data_set, checked(_as_told(data_set.rows, options)), actor, hooks, keep=keep)
    except UnreadableFileError as error:
        if keep:
            recorder.failed(str(error))
        raise
    except KeyboardInterrupt:
        if keep:
            recorder.failed("", ImportRun.State.STOPPED)
        raise
    return report


def _as_told(items: Iterable[Item], options: Options) -> Iterable[Item]:
    """The rows with what the caller says of all of them: their municipality, where they name none, and constants."""
    if not options.city_code and not options.constants:
        return items
    return (_told(item, options) for item in items)


def _told(item: Item, options: Options) -> Item:
    if isinstance(item, RawRow):
        return replace(item, city_code=item.city_code or options.city_code, values={**item.values, **options.constants})
    if isinstance(item, RawBatch):
        constants = {name: pa.array([value] * len(item)) for name, value in options.constants.items()}
        return replace(item, city_codes=_city_codes(item, options.city_code), columns={**item.columns, **constants})
    return item


def _city_codes(batch: RawBatch, city_code: str) -> pa.Array:
    codes = batch.city_codes if batch.city_codes is not None else pa.nulls(len(batch), pa.string())
    is_named = pc.fill_null(pc.not_equal(codes, ""), False)
    return pc.if_else(is_named, codes, city_code)


def _named(source: Source, options: Options) -> Source:
    """The source as the file says it, with what the caller says instead."""
    source.key = options.source_key or source.key
    source.attribution = options.attribution or source.attribution
    source.licence = options.licence or source.licence
    return source
