"""Files from browsers: streamed to disk into a folder of their own; the name that a client gives is a text only."""

from __future__ import annotations

import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from gis_server.imports.models import uploads_folder

INCOMING = "incoming-"
LONGEST_NAME_BYTES = 160
LEAST_FREE_BYTES = 300 * 2**20
MAIN_ENDINGS = (".shp", ".tab", ".mif", ".gml")
"""Of several files of one name, the one that the others belong to."""
SIDECARS = frozenset(
    "shx dbf prj cpg qix qpj sbn sbx fbn fbx ain aih ixs mxs atx dat map id ind mid xsd gfs".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that has arrived: what its client calls it, and where it lies."""

    name: str
    path: Path
    bytes: int


class DiskHandler(FileUploadHandler):
    """Writes every part straight into a folder of the home; nothing of a file is held in memory."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__()
        self.most_bytes = most_bytes
        self.folder = uploads_folder() / f"{INCOMING}{uuid.uuid4().hex}"
        self.stored: list[Stored] = []
        self.fault = ""
        self._total = 0
        self._file: Any = None

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = self.folder / str(len(self.stored))
        self._size = 0
        self._file = self._path.open("xb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._total += len(raw_data)
        if self._total > self.most_bytes:
            self._stop("too large")
        try:
            self._file.write(raw_data)
        except OSError as error:
            self._stop(error.strerror or "the disk cannot be written")
        self._size += len(raw_data)

    def file_complete(self, file_size: int) -> None:
        self._file.close()
        self._file = None
        self.stored.append(Stored(self.file_name or "", self._path, self._size))

    def upload_interrupted(self) -> None:
        self.discard()

    def discard(self) -> None:
        """Nothing of it shall stay."""
        if self._file is not None:
            self._file.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _stop(self, fault: str) -> None:
        self.fault = fault
        raise StopUpload(connection_reset=False)


def has_room(asked_bytes: int) -> bool:
    """Whether the disk takes that much and keeps what the database needs."""
    folder = uploads_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return shutil.disk_usage(folder).free - asked_bytes > LEAST_FREE_BYTES


def safe_name(name: str) -> str:
    """A client's file name as a name that can do no harm, still telling what the file is.

    >>> [safe_name(name) for name in ("../../etc/passwd", "C:\\\\避難所 一覧.csv", ".htaccess", "")]
    ['passwd', '避難所 一覧.csv', 'htaccess', 'file']
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = re.sub(r"[^\w .()\[\]+&@#=-]", "_", last).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    while len(kept.encode()) > LONGEST_NAME_BYTES and (stem or ending):
        stem, ending = (stem[:-1], ending) if stem else ("", ending[:-1])
        kept = f"{stem}{dot}{ending}"
    return kept or "file"


def grouped(files: Iterable[Stored]) -> list[list[Stored]]:
    """Files that belong together (those of a shapefile …), the main one first; every other file is by itself."""
    known = list(files)
    groups = [[file] for file in known if _ending(file) not in SIDECARS]
    groups.sort(key=lambda group: f".{_ending(group[0])}" not in MAIN_ENDINGS)
    for file in (file for file in known if _ending(file) in SIDECARS):
        home = next((group for group in groups if _stem(group[0]) == _stem(file)), None)
        if home is None:
            groups.append([file])
        else:
            home.append(file)
    return groups


def _stem(file: Stored) -> str:
    return safe_name(file.name).split(".")[0].lower()


def _ending(file: Stored) -> str:
    """The part that says the kind; ``a.shp.xml`` belongs to ``a.shp``.

    >>> _ending(Stored("道路.shp.xml", Path(), 0))
    'dbf'
    """
    name = safe_name(file.name).lower()
    return "dbf" if name.endswith((".shp.xml", ".shp.iso.xml")) else name.rpartition(".")[2]


def take_over(group: list[Stored], folder: Path) -> list[dict[str, Any]]:
    """Move a group into its upload's folder, under names that differ; name and size of each, the main one first."""
    place = folder / "files"
    place.mkdir(parents=True, mode=0o700)
    taken: list[dict[str, Any]] = []
    for file in group:
        name = _free_name(safe_name(file.name), {known["stored"].lower() for known in taken})
        file.path.rename(place / name)
        taken.append({"name": file.name.replace("\x00", "�")[:255], "stored": name, "bytes": file.bytes})
    return taken


def _free_name(name: str, used: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    number = 1
    free = name
    while free.lower() in used:
        number += 1
        free = f"{stem}-{number}{dot}{ending}"
    return free
