"""Importing in tests: one file in, its report out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from etl.pipeline import import_opened, open_file
from etl.readers import Options
from etl.report import Report

Import = Callable[..., Report]


@pytest.fixture
def bring_in() -> Import:
    """Import a file and answer the report."""

    def run(path: Path, *, keep: bool = True, **options: str) -> Report:
        chosen = Options(settings.CITY, **options)
        return import_opened(open_file(path, chosen), chosen, lambda _: None, keep=keep)

    return run


SITE = {
    "NO": 1,
    "共通ID": "E1320400002201",
    "都道府県名及び市町村名": "東京都三鷹市",
    "施設・場所名": "第一広場",
    "住所": "東京都三鷹市一丁目",
    "洪水": "1",
    "崖崩れ、土石流及び地滑り": "",
    "高潮": "",
    "地震": "1",
    "津波": "",
    "大規模な火事": "",
    "内水氾濫": "",
    "火山現象": "",
    "指定避難所との住所同一": "",
    "備考": "",
}


@pytest.fixture
def write_sites(tmp_path: Path) -> Callable[..., Path]:
    """A file of evacuation sites: each row is (changed columns, coordinates)."""

    def write(*rows: tuple[dict[str, Any], list[Any]]) -> Path:
        features = [
            {"type": "Feature", "properties": SITE | own, "geometry": {"type": "Point", "coordinates": place}}
            for own, place in rows
        ]
        path = tmp_path / "sites.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    return write
