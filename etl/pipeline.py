"""One file's way: recognise => read => check => load => look around => report."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from django.db import Error

from etl import sources
from etl.faults import faults_in_one_line
from etl.loading import Hooks, Progress, load
from etl.models import ImportRun
from etl.partitions import FilePart, Part, check, check_in_parallel, lay_out, part_paths
from etl.readers import Options
from etl.readers.base import slug
from etl.recognition import Recognised, recognise
from etl.record import Checked, DataSet, Item, NothingUsableError, RawBatch, RawRow, UnreadableFileError
from etl.recording import Recorder
from etl.report import Report, recognition_members
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
    parts: tuple[Part, ...] = ()


def open_file(path: Path, options: Options, reader_name: str = "") -> Opened:
    """Recognise a file, or a folder of GeoParquet parts, and open it.

    Raises:
        UnreadableFileError: in one line, what is wrong with the file.
    """
    with faults_in_one_line():
        return _opened(path, options, reader_name)


def _opened(path: Path, options: Options, reader_name: str) -> Opened:
    paths = part_paths(path) if path.is_dir() else [path]
    if path.is_dir():
        options = replace(options, source_key=options.source_key or f"parts-{slug(path)}")
    recognised = recognise(paths[0], reader_name, options.layer)
    data_set = recognised.reader.open(recognised.contents, options)
    if options.layer and options.layer not in data_set.columns:
        filled = ", ".join(data_set.columns)
        raise UnreadableFileError(
            f"known as {data_set.kind} ({recognised.reason}): it fills {filled}, not {options.layer}"
        )
    columns = _with_constants(data_set.columns, options)
    parts = tuple(FilePart(part, options) for part in paths) if path.is_dir() else ()
    data_set = replace(data_set, source=_named(data_set.source, options), columns=columns)
    return Opened(path, recognised, data_set, parts)


def _with_constants(columns: Mapping[str, tuple[str, ...]], options: Options) -> dict[str, tuple[str, ...]]:
    """The fields that a file fills, with those to which the caller gives a value for every row."""
    known = {layer: {field.name for field in registry.get(layer).fields} for layer in columns}
    for name in options.constants:
        if not any(name in fields for fields in known.values()):
            raise UnreadableFileError(f"--set {name}: {' and '.join(columns)} have no such field")
    return {
        layer: (*names, *(name for name in options.constants if name in known[layer] and name not in names))
        for layer, names in columns.items()
    }


def import_opened(
    opened: Opened,
    options: Options,
    progress: Progress,
    *,
    keep: bool = True,
    actor: str = ACTOR,
    in_parallel: bool = False,
) -> Report:
    """Bring an opened file into its layers, all or nothing, and write the run down.

    Args:
        in_parallel: partition by partition on every core, for files larger than memory; the report is the same.

    Raises:
        UnreadableFileError: where the file turns out to be broken while it is read; nothing has changed then.
    """
    data_set = replace(opened.data_set, source=_remembered(opened.data_set.source, options))
    report = Report(f"{opened.path.name}: {data_set.kind} ({opened.recognised.reason})", is_trial=not keep)
    recorder = Recorder(opened.path, options, actor)
    recorder.recognised(data_set, recognition_members(data_set, opened.recognised.reason))

    def after(merged: tuple[Merged, ...]) -> None:
        report.take(merged)
        if keep:
            recorder.loaded(report)

    hooks = Hooks(report.tell, progress, recorder.remember_source, after)
    try:
        with faults_in_one_line(), tempfile.TemporaryDirectory() as folder:
            items = _checked(opened, options, Path(folder) if in_parallel else None)
            load(data_set, items, actor, hooks, keep=keep)
    except UnreadableFileError as error:
        if isinstance(error, NothingUsableError):
            error = NothingUsableError(f"{error}{_first_reason(report)}")
        if keep:
            with suppress(Error):  # a database that is gone cannot take it down
                recorder.failed(str(error))
        raise error from None
    except KeyboardInterrupt:
        if keep:
            recorder.failed("", ImportRun.State.STOPPED)
        raise
    return report


def _first_reason(report: Report) -> str:
    """Why rows were refused, of the kind that is most frequent."""
    if not report.refused:
        return ""
    what, group = max(report.refused.items(), key=lambda entry: entry[1].count)
    return f"; refused ×{group.count}: {what} [{group.examples[0]}]"


def _checked(opened: Opened, options: Options, folder: Path | None) -> Iterable[Checked]:
    """What validation says of the rows; with a folder to lay parts out in, on every core."""
    told = partial(_as_told, options=options)
    if folder is not None:
        return check_in_parallel(opened.parts or lay_out(opened.data_set.rows, folder), told)
    if opened.parts:
        return check(chain.from_iterable(part.items() for part in opened.parts), told)
    return check(opened.data_set.rows, told)


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
    source.title = source.title[: Source._meta.get_field("title").max_length]
    source.attribution = options.attribution or source.attribution
    source.licence = options.licence or source.licence
    return source


def _remembered(source: Source, options: Options) -> Source:
    """A source of which this edition says nothing, as it was named with an earlier one."""
    known = Source.objects.filter(key=source.key).first() if source.attribution == sources.UNNAMED else None
    if known is None:
        return source
    source.title, source.url, source.attribution = known.title, known.url, known.attribution
    source.licence = options.licence or known.licence
    return source
