"""Data sets larger than memory: partition by partition, checked on every core with Dask, loaded as one data set.

A folder of GeoParquet parts is one data set already. Any other file is first laid out as such parts, as its reader
finds the rows; then each part is a task. Only as many parts as there are cores are in memory at a time, and they enter
the staging table in their order, so that the report is that of the plain road.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import django
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.readers.base import Options
from etl.record import Checked, Item, RawBatch, UnreadableFileError

PART_ROWS = 100_000
"""A part is small enough for every core to hold one, and large enough to be worth a task."""

_PLACE, _ID, _CITY_CODE, _WKB, _COLUMN = "place", "id", "city_code", "wkb", "column:"

Told = Callable[[Iterable[Item]], Iterable[Item]]


class Part(ABC):
    """A piece of a data set that another process can read by itself."""

    @abstractmethod
    def items(self) -> Iterable[Item]:
        """The piece's rows, as a reader gives them."""

    def forget(self) -> None:  # noqa: B027 - most parts are somebody's files
        """Called once the piece is not needed any more."""


@dataclass(frozen=True)
class RawPart(Part):
    """Rows of one layer as a reader found them, in a Parquet file of our own."""

    path: Path
    layer: str

    def items(self) -> Iterator[RawBatch]:
        file = pq.ParquetFile(self.path)
        for batch in file.iter_batches(PART_ROWS):
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            values = {name.removeprefix(_COLUMN): array for name, array in columns.items() if name.startswith(_COLUMN)}
            yield RawBatch(self.layer, columns[_PLACE], columns[_ID], values, columns[_WKB], columns.get(_CITY_CODE))

    def forget(self) -> None:
        self.path.unlink()


@dataclass(frozen=True)
class FilePart(Part):
    """One file of a folder of GeoParquet parts, read by the reader that knows it."""

    path: Path
    options: Options

    def items(self) -> Iterator[Item]:
        from etl.recognition import open_data_set  # readers import much; each process does it once

        for item in open_data_set(self.path, self.options).rows:
            yield _in_part(item, self.path.name)


def _in_part(item: Item, name: str) -> Item:
    """Rows and findings say in which part they stand."""
    if isinstance(item, RawBatch):
        return replace(item, places=pc.binary_join_element_wise(name, item.places, " "))
    return replace(item, place=f"{name} {item.place}")


def part_paths(folder: Path) -> list[Path]:
    """The parts of a folder of GeoParquet, in the order of their names.

    Raises:
        UnreadableFileError: where the folder holds none.
    """
    parts = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".parquet", ".geoparquet"})
    if not parts:
        raise UnreadableFileError("a folder is imported as the parts of one GeoParquet data set, and this one has none")
    return parts


def lay_out(items: Iterable[Item], folder: Path) -> Iterator[RawPart | Item]:
    """Write rows that come in batches as parts into `folder`; everything else comes out again as it is.

    A part is complete once it is yielded.
    """
    waiting: list[RawBatch] = []
    count = 0
    for item in items:
        if not isinstance(item, RawBatch):
            yield item
            continue
        if waiting and (_form(item) != _form(waiting[0]) or sum(map(len, waiting)) + len(item) > PART_ROWS):
            yield _written(waiting, folder / f"part-{count:05d}.parquet")
            waiting, count = [], count + 1
        waiting.append(item)
    if waiting:
        yield _written(waiting, folder / f"part-{count:05d}.parquet")


def check_in_parallel(pieces: Iterable[Part | Item], told: Told) -> Iterator[Checked]:
    """What validation says of each piece, in their order; `told` is applied to the rows first, wherever that is.

    Parts are checked in other processes, as many at a time as there are cores; single items here.
    """
    import dask  # takes as long to load as a small file to import

    cores = os.cpu_count() or 1
    with _workers(cores) as pool, dask.config.set(scheduler="processes", pool=pool):
        group: list[Part] = []
        for piece in pieces:
            if not isinstance(piece, Part):
                yield from check([piece], told)
                continue
            group.append(piece)
            if len(group) == cores:
                yield from _check_group(group, told)
                group = []
        yield from _check_group(group, told)


def check(items: Iterable[Item], told: Told) -> Iterator[Checked]:
    """What validation says of rows, here and now."""
    from etl.validation import checked  # needs the layers, which are there once Django is set up

    return checked(told(items))


def _check_group(parts: list[Part], told: Told) -> Iterator[Checked]:
    import dask

    tasks = [dask.delayed(_check_part, pure=False)(part, told) for part in parts]
    for checked_items in dask.compute(*tasks):
        yield from checked_items
    for part in parts:
        part.forget()


def _check_part(part: Part, told: Told) -> list[Checked]:
    return list(check(part.items(), told))


@contextmanager
def _workers(cores: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that know the layers. They are started afresh: a copy of this one would share its database."""
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        yield pool


def _form(batch: RawBatch) -> tuple[object, ...]:
    kinds = tuple((name, array.type) for name, array in batch.columns.items())
    return batch.layer, batch.city_codes is None, kinds


def _written(batches: list[RawBatch], path: Path) -> RawPart:
    tables = []
    for batch in batches:
        columns = {_PLACE: batch.places, _ID: batch.ids, _WKB: batch.wkb}
        if batch.city_codes is not None:
            columns[_CITY_CODE] = batch.city_codes
        tables.append(pa.table(columns | {_COLUMN + name: array for name, array in batch.columns.items()}))
    pq.write_table(pa.concat_tables(tables), path, compression="zstd")
    return RawPart(path, batches[0].layer)
