"""The page of examples for developers: maps that run on the very files that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

_FOLDER: Final = Path(__file__).parent / "static" / "web" / "examples"
_NAMES: Final = ("maplibre", "openlayers")


@dataclass(frozen=True, slots=True)
class Example:
    """A map and the file that makes it; `name` is in the keys of its words."""

    name: str
    source: str

    @property
    def heading(self) -> str:
        return f"developers.{self.name}"

    @property
    def lead(self) -> str:
        return f"developers.{self.name}_lead"


@cache
def _every() -> tuple[Example, ...]:
    return tuple(Example(name, (_FOLDER / f"{name}.js").read_text(encoding="utf-8")) for name in _NAMES)


@require_safe
def examples(request: HttpRequest) -> HttpResponse:
    """How to read the data with MapLibre GL and OpenLayers."""
    return render(request, "web/developers.html", {"examples": _every()})
