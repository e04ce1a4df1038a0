"""Write one layer into a file."""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from layers import registry
from layers.formats import FORMATS, Export, Format, UnwritableError, find_format, find_format_of_file
from layers.formats.municipal_standard import get_standard, write_standard
from layers.formats.reference_systems import find_srid, names
from layers.progress import Progress
from layers.spec import Audience, LayerSpec

WRONG_USE = 2


class Command(BaseCommand):
    help = "Write a layer into a file: the format by the file's name, all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("layer", metavar="LAYER")
        parser.add_argument("file", type=Path, metavar="FILE")
        formats = ", ".join(known.name for known in FORMATS)
        parser.add_argument("--format", default="", help=f"one of {formats}; without it the file's name decides")
        parser.add_argument("--crs", default="EPSG:4326", help="reference system of the coordinates (EPSG:4326)")
        audiences = [audience.name.lower() for audience in Audience]
        parser.add_argument("--audience", default="public", help=f"who may read the file: {', '.join(audiences)}")
        sheet = (
            "CSV of 自治体標準オープンデータセット; NAME where the layer fills several sheets (aed, public-toilet …)"
        )
        parser.add_argument("--standard", nargs="?", const="", metavar="NAME", help=sheet)
        parser.add_argument("--force", action="store_true", help="replace an existing file")

    def handle(self, *args: Any, **options: Any) -> None:
        path, progress = options["file"], Progress(options["file"].name)
        audience = _audience(options["audience"])
        layer = _layer(options["layer"], audience)
        try:
            with _put_in_place(path, replace=options["force"]) as part:
                _write(layer, audience, part, progress, options)
        except UnwritableError as error:
            raise CommandError(f"{path}: {error}") from error
        except OSError as error:
            raise CommandError(f"{path}: cannot be written: {error.strerror or error}") from error
        finally:
            progress.done()
        self.stderr.write(f"{layer.name}: {path} ({path.stat().st_size:,} bytes)")


def _write(layer: LayerSpec, audience: Audience, path: Path, progress: Progress, options: dict[str, Any]) -> None:
    if options["standard"] is not None:
        export = Export(layer, audience, on_rows=progress)
        write_standard(get_standard(layer, options["standard"]), export, settings.CITY, path)
        return
    chosen = _format(options["format"], path)
    chosen.write(Export(layer, audience, _srid(options["crs"], chosen), progress), path)


def _audience(name: str) -> Audience:
    try:
        return Audience[name.upper()]
    except KeyError:
        known = ", ".join(audience.name.lower() for audience in Audience)
        raise CommandError(f"--audience: {name!r} is none of {known}", returncode=WRONG_USE) from None


def _layer(name: str, audience: Audience) -> LayerSpec:
    try:
        return registry.get(name, audience)
    except registry.UnknownLayerError:
        known = ", ".join(layer.name for layer in registry.visible_to(audience))
        raise CommandError(f"no layer is called {name!r}; there are: {known}", returncode=WRONG_USE) from None


def _format(name: str, path: Path) -> Format:
    chosen = find_format(name) if name else find_format_of_file(path.name)
    if chosen is None:
        known = ", ".join(f"{known.name} (.{known.extension})" for known in FORMATS)
        said = f"--format: {name!r} is no format" if name else f"{path.name}: its end tells no format"
        raise CommandError(f"{said}; there are: {known}", returncode=WRONG_USE)
    return chosen


def _srid(text: str, chosen: Format) -> int:
    srid = find_srid(text, settings.CITY)
    if srid is None:
        raise CommandError(f"--crs: {text!r} is none of {names(settings.CITY)}", returncode=WRONG_USE)
    if chosen.is_lon_lat_only and srid != find_srid("CRS84", settings.CITY):
        raise CommandError(f"--crs: {chosen.name} holds nothing but longitude and latitude", returncode=WRONG_USE)
    return srid


@contextmanager
def _put_in_place(path: Path, *, replace: bool) -> Iterator[Path]:
    """A path to write to, in the same folder; what was written there takes the name only when it is complete."""
    if not path.parent.is_dir():
        raise CommandError(f"{path.parent}: no such folder", returncode=WRONG_USE)
    if path.is_dir():
        raise CommandError(f"{path}: is a folder", returncode=WRONG_USE)
    if path.exists() and not replace:
        raise CommandError(f"{path}: exists already; --force replaces it", returncode=WRONG_USE)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".gis-export-") as folder:
        part = Path(folder) / path.name
        yield part
        os.replace(part, path)
