"""A temporary folder in which GDAL sees a file alone: under a name of ours, with only the siblings that it is meant to
see, and with room for whatever GDAL might write beside it."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


class Workspace:
    """A folder that is removed when it is closed, or when nothing refers to it any more."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="machigis-import-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def link(self, path: Path, name: str) -> Path:
        """`path` under another name in the folder, without copying it."""
        place = self.folder / name
        place.symlink_to(path.resolve())
        return place

    def copy(self, path: Path, name: str) -> Path:
        return Path(shutil.copyfile(path, self.folder / name))

    def close(self) -> None:
        self._remove()
