"""The city's own packs, as everybody downloads them: made by the worker, kept in the home.

A file never changes: its name carries a digest of its bytes, and ``packs.json`` says which are the present ones. So a
reader that asks for ranges of a file gets ranges of one file, or learns from the tag that there is another.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils.text import slugify

from layers import registry
from layers.changes import revisions_of
from layers.spec import Audience
from tile_cache.packs.building import Pack, build_packs
from tile_cache.packs.contents import layers_of
from tile_cache.packs.writing import FORMATS
from tile_cache.seeding.wanted import Wanted

FACTS: Final = "packs.json"
EVERY: Final = datetime.timedelta(hours=1)
QUIET: Final = datetime.timedelta(minutes=10)
"""A city that is being loaded is packed once, afterwards: changes wait for so long a quiet, an hour at most."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A pack in one format.

    Args:
        name: under which it is downloaded.
        file: its name in the folder.
        digest: of its bytes.
    """

    name: str
    file: str
    extension: str
    media_type: str
    size: int
    digest: str

    @property
    def path(self) -> Path:
        return folder() / self.file

    @property
    def etag(self) -> str:
        return f'"{self.digest}"'


@dataclass(frozen=True, slots=True)
class KeptPacks:
    """What is there to be downloaded, all of one moment.

    Args:
        layers: the last zoom of each layer, and the one it would have had without the bound.
    """

    data_time: datetime.datetime
    made_at: datetime.datetime
    revisions: Mapping[str, int]
    layers: Mapping[str, tuple[int, int]]
    tiles: int
    files: tuple[KeptFile, ...]


def folder() -> Path:
    return Path(settings.PACK_STORE)


def find_kept() -> KeptPacks | None:
    """The present packs; None before the first, and where everybody may see other layers or fields since then."""
    try:
        found = json.loads((folder() / FACTS).read_text(encoding="utf-8"))
        if found["declared"] != _declared():
            return None
        files = tuple(KeptFile(**members) for members in found["files"])
        times = [datetime.datetime.fromisoformat(found[name]) for name in ("data_time", "made_at")]
        layers = {str(name): (int(last), int(wanted)) for name, (last, wanted) in found["layers"].items()}
        return KeptPacks(*times, found["revisions"], layers, int(found["tiles"]), files)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def make(wanted: Wanted, *, on_done: Callable[[int, int], None], is_stopped: Callable[[], bool]) -> KeptPacks:
    """Make the packs in every format and put them in the place of the present ones.

    Raises:
        As `build_packs`.
    """
    folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder(), prefix=".new-") as own:
        paths = [Path(own) / f"{stem()}.{known.extension}" for known in FORMATS]
        packs = build_packs(wanted, paths, on_done=on_done, is_stopped=is_stopped)
        kept = _kept(packs)
        for pack, file in zip(packs, kept.files, strict=True):
            os.replace(pack.path, file.path)
        note = Path(own) / FACTS
        note.write_text(json.dumps(_document(kept), ensure_ascii=False), encoding="utf-8")
        os.replace(note, folder() / FACTS)
    _remove_others({FACTS, *(file.file for file in kept.files)})
    return kept


def is_due(now: datetime.datetime) -> bool:
    """Whether the packs are to be made (again): the data have changed, and it is time."""
    kept, revisions = find_kept(), revisions_of(layer.name for layer in layers_of(Wanted()))
    if not any(revisions.values()) or (kept is not None and dict(kept.revisions) == revisions):
        return False
    if kept is not None and now - kept.made_at < EVERY:
        return False
    first, last = _changed_since(kept.data_time if kept else None, list(revisions))
    return last is None or first is None or now - last >= QUIET or now - first >= EVERY


def stem() -> str:
    """What a pack's file is called before its ending: the city's name in letters that every system takes."""
    return slugify(settings.CITY.name.en) or settings.CITY.code


def _changed_since(
    moment: datetime.datetime | None, names: list[str]
) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(at), max(at) FROM layers_change"
            " WHERE layer = ANY(%s::text[]) AND at > coalesce(%s, '-infinity'::timestamptz)",
            [names, moment],
        )
        first, last = cursor.fetchone()
    return first, last


def _declared() -> str:
    """Differs where everybody may see other layers, fields or rows: a pack of before may hold too much."""
    seen = [(each.name, [field.name for field in each.fields_for(Audience.PUBLIC)], each.rows)
            for each in registry.visible_to(Audience.PUBLIC)]  # fmt: skip
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:24]


def _kept(packs: list[Pack]) -> KeptPacks:
    contents = packs[0].contents
    layers = {
        name: (min(pack.last_zooms.get(name, wanted) for pack in packs), wanted)
        for name, wanted in packs[0].wanted_zooms.items()
    }
    return KeptPacks(
        contents.data_time, datetime.datetime.now(datetime.UTC), contents.revisions, layers, packs[0].tiles,
        tuple(_file(pack) for pack in packs),
    )  # fmt: skip


def _file(pack: Pack) -> KeptFile:
    with pack.path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()[:24]
    known = next(known for known in FORMATS if pack.path.suffix == f".{known.extension}")
    name = f"{pack.path.stem}-{digest[:12]}{pack.path.suffix}"
    return KeptFile(pack.path.name, name, known.extension, known.media_type, pack.size, digest)


def _document(kept: KeptPacks) -> dict[str, Any]:
    times = {"data_time": kept.data_time.isoformat(), "made_at": kept.made_at.isoformat()}
    return (
        asdict(kept) | times | {"declared": _declared(), "revisions": dict(kept.revisions), "layers": dict(kept.layers)}
    )


def _remove_others(present: set[str]) -> None:
    """Files of earlier packs: whoever is reading one still reads it to its end."""
    for path in folder().iterdir():
        if path.name not in present and path.is_file():
            path.unlink(missing_ok=True)
