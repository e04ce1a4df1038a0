"""The words of these parts' pages, links and definitions, in each language."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

from layers.crs import plane_rectangular_srid
from layers.spec import Text
from tile_cache.grid import Grid

_WORDS = {
    "tiles": Text("タイル", "Tiles"),
    "styles": Text("スタイル", "Styles"),
    "maps": Text("地図画像", "Maps"),
    "this_json": Text("この文書（JSON）", "This document as JSON"),
    "this_html": Text("この文書（ページ）", "This document as a page"),
    "collection": Text("データ", "Collection"),
    "tile_matrix_sets": Text("タイルの区切り方", "Tile matrix sets"),
    "tile_matrix_sets_lead": Text("タイルの大きさと並べ方の定義です。", "How the ground is divided into tiles."),
    "quad": Text("ウェブメルカトルの四分木", "Web Mercator quadtree"),
    "plane": Text("平面直角座標系（第{}系）の四分木", "Quadtree of the Japanese plane rectangular system, zone {}"),
    "tile_matrix_set": Text("タイルの区切り方の定義", "Definition of a tile matrix set"),
    "tilesets": Text("ベクトルタイル", "Vector tiles"),
    "tilesets_of": Text("{}のベクトルタイル", "Vector tiles of {}"),
    "tilesets_lead": Text(
        "地図ソフトやウェブ地図から読めるベクトルタイル（MVT）です。",
        "Vector tiles (MVT), readable by web maps and GIS software.",
    ),
    "whole": Text("すべてのデータ", "All the data"),
    "label_points": Text("{}（名称を書く点）", "{} (points at which names are written)"),
    "tile_of": Text("{}のタイルひとつ", "One tile of {}"),
    "tile": Text("タイル（MVT）", "Tiles (MVT)"),
    "tilejson": Text("TileJSON", "TileJSON"),
    "styles_of": Text("{}のスタイル", "Styles of {}"),
    "styles_lead": Text("地図の見た目（MapLibreのスタイル）です。", "How the map looks: styles for MapLibre."),
    "style": Text("スタイル", "Style"),
    "style_metadata": Text("スタイルの説明", "About the style"),
    "default_style": Text("標準", "Standard"),
    "map": Text("地図画像", "Map"),
    "map_of": Text("{}の地図画像", "Map of {}"),
    "map_lead": Text(
        "範囲と大きさを指定して、地図を画像で受け取れます。", "The map as a picture, of any place and size."
    ),
    "dataset_map": Text("まちの地図画像", "Map of the city"),
    "layers": Text("含まれるデータ", "Layers"),
    "geometry": Text("形", "Geometry"),
    "fields": Text("項目", "Fields"),
    "zooms": Text("ズーム", "Zoom levels"),
    "address": Text("アドレス", "Address"),
    "extent": Text("範囲", "Extent"),
    "crs": Text("座標参照系", "Reference system"),
    "size": Text("大きさ（画素）", "Size (pixels)"),
    "attribution": Text("出典の表示", "Attribution"),
    "as_json": Text("JSONで見る", "See it as JSON"),
    "no_map": Text("地図を表示できません。", "The map cannot be shown."),
    "corner": Text("左上の角", "Top left corner"),
    "scale": Text("縮尺の分母", "Scale denominator"),
    "cell": Text("1画素の長さ（m）", "Size of a pixel (m)"),
    "count": Text("タイルの数", "Tiles"),
    "points": Text("点", "points"),
    "lines": Text("線", "lines"),
    "areas": Text("面", "areas"),
    "mixed": Text("さまざま", "mixed"),
    "as_png": Text("画像を開く（PNG）", "Open the picture (PNG)"),
}


@cache
def in_language(language: str) -> SimpleNamespace:
    """The words as attributes, so that a misspelt one fails loudly in Python."""
    return SimpleNamespace(**{name: text.in_language(language) for name, text in _WORDS.items()})


def of_grid(grid: Grid, language: str) -> str:
    """The title of a tile matrix set."""
    said = in_language(language)
    return str(said.quad if grid.is_mercator else said.plane.format(grid.srid - plane_rectangular_srid(1) + 1))


def text(name: str) -> Text:
    return _WORDS[name]
