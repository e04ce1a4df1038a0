"""A made-up list of facilities, as CSV and as GeoPackage; the same number gives the same file, always."""

from __future__ import annotations

import csv
import hashlib
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from layers.catalog.facilities import CATEGORIES

HEADER = ("id", "name", "name_kana", "category", "address", "phone", "lat", "lon")
_SEED = 132047
TOWNS = (
    ("井口", "イグチ"), ("大沢", "オオサワ"), ("上連雀", "カミレンジャク"), ("北野", "キタノ"),
    ("下連雀", "シモレンジャク"), ("新川", "シンカワ"), ("中原", "ナカハラ"), ("野崎", "ノザキ"),
    ("深大寺", "ジンダイジ"), ("牟礼", "ムレ"), ("井の頭", "イノカシラ"),
)  # fmt: skip
_KINDS = (
    ("図書館分室", "トショカンブンシツ"), ("コミュニティ・センター", "コミュニティセンター"),
    ("内科クリニック", "ナイカクリニック"), ("保育園", "ホイクエン"), ("児童公園", "ジドウコウエン"),
    ("公衆便所", "コウシュウベンジョ"), ("防災倉庫", "ボウサイソウコ"),
    ("地域包括支援センター", "チイキホウカツシエンセンター"),
)  # fmt: skip
BOUNDS = 139.5, 35.63, 139.65, 35.73
"""West, south, east, north of what is generated."""
_WEST, _SOUTH, _EAST, _NORTH = BOUNDS


def csv_file(folder: Path, rows: int) -> Path:
    """The list as CSV (UTF-8), generated where it is not in the folder yet."""
    # A list of another generator is another list, even where it has as many rows.
    path = folder / f"facilities-{rows}-{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]}.csv"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".new")
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER, *_rows(rows)])
        unfinished.rename(path)
    return path


def geopackage_file(folder: Path, rows: int) -> Path:
    """The same list as GeoPackage, made by GDAL."""
    table = csv_file(folder, rows)
    path = table.with_suffix(".gpkg")
    if not path.exists():
        unfinished = path.with_suffix(".new.gpkg")
        unfinished.unlink(missing_ok=True)
        subprocess.run(["ogr2ogr", "-f", "GPKG", unfinished, table, *POINTS_OF_TABLE, "-nln", "facilities"], check=True)
        unfinished.rename(path)
    return path


POINTS_OF_TABLE = (
    *("-oo", "X_POSSIBLE_NAMES=lon", "-oo", "Y_POSSIBLE_NAMES=lat", "-oo", "KEEP_GEOM_COLUMNS=NO"),
    *("-a_srs", "EPSG:4326"),
)
"""Tells GDAL which columns are the position."""


def _rows(rows: int) -> Iterator[tuple[str, ...]]:
    chance = random.Random(_SEED)  # noqa: S311 - not for secrets
    categories = list(CATEGORIES)
    for number in range(1, rows + 1):
        town, town_kana = chance.choice(TOWNS)
        kind, kind_kana = chance.choice(_KINDS)
        block, lot, house = chance.randint(1, 9), chance.randint(1, 40), chance.randint(1, 30)
        yield (
            f"F{number:07}",
            f"{town}第{number}{kind}",
            f"{town_kana}ダイ{number}{kind_kana}",
            chance.choice(categories),
            f"東京都三鷹市{town}{block}丁目{lot}番{house}号",
            f"0422-{chance.randint(20, 79)}-{chance.randint(0, 9999):04}",
            f"{chance.uniform(_SOUTH, _NORTH):.7f}",
            f"{chance.uniform(_WEST, _EAST):.7f}",
        )
