"""Which reader takes a file, and by what it was known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from etl.contents import Contents, open_contents
from etl.readers import READERS, Options, Reader
from etl.readers.tables import TABLE
from etl.record import DataSet, UnreadableFileError

_PLAIN = {"text": TABLE}
"""Readers of files that say nothing of themselves, for a caller who names the layer."""


@dataclass(frozen=True, slots=True)
class Recognised:
    contents: Contents
    reader: Reader
    reason: str


def recognise(path: Path, reader_name: str = "", layer: str = "") -> Recognised:
    """The reader for a file: the one that is asked for, or the first that knows it, or a plain one for the layer.

    Raises:
        UnreadableFileError: where the file is broken, not what its name says, or known to no reader.
    """
    contents = open_contents(path)
    if reader_name:
        return Recognised(contents, get_reader(reader_name), "as asked for")
    for reader in READERS:
        reason = reader.find_reason(contents)
        if reason is not None:
            return Recognised(contents, reader, reason)
    if layer and contents.kind in _PLAIN:
        return Recognised(contents, _PLAIN[contents.kind], f"as asked for: into {layer}")
    raise UnreadableFileError(f"not recognised: {_description(contents)}")


def open_data_set(path: Path, options: Options, reader_name: str = "") -> DataSet:
    """A file as a data set, by whatever reader knows it.

    Raises:
        UnreadableFileError: in one line, what is wrong with the file.
    """
    recognised = recognise(path, reader_name, options.layer)
    return recognised.reader.open(recognised.contents, options)


def get_reader(name: str) -> Reader:
    for reader in READERS:
        if reader.name == name:
            return reader
    raise UnreadableFileError(f"no reader is called {name!r}; there are: {', '.join(r.name for r in READERS)}")


def _description(contents: Contents) -> str:
    if contents.kind == "XML":
        return f"XML with the root element {contents.root or '(none)'}"
    if contents.kind == "text" and contents.path.suffix.lower() == ".csv":
        return "CSV of no known layout, or one whose layer only its owner can tell; --layer LAYER says where it goes"
    return f"{contents.kind} of no known layout"
