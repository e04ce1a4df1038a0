"""The publishers and data sets that are known: their attribution lines and licences. Pure values."""

from __future__ import annotations

from layers.feature import Source

GSI_TERMS = "国土地理院コンテンツ利用規約"
CC_BY = "CC-BY-4.0"


def gsi_sites(city_code: str, name: str) -> Source:
    """国土地理院「指定緊急避難場所・指定避難所データ」: the evacuation sites of one municipality."""
    return _gsi(f"gsi-emergency-sites-{city_code}", f"指定緊急避難場所データ（{name}）")


def gsi_shelters(city_code: str, name: str) -> Source:
    """国土地理院「指定緊急避難場所・指定避難所データ」: the shelters of one municipality."""
    return _gsi(f"gsi-shelters-{city_code}", f"指定避難所データ（{name}）")


def _gsi(key: str, title: str) -> Source:
    return Source(
        key=key,
        title=title,
        attribution="出典：国土地理院「指定緊急避難場所・指定避難所データ」を加工して作成",
        licence=GSI_TERMS,
        url="https://www.gsi.go.jp/bousaichiri/hinanbasho.html",
    )


def outlines(key: str, title: str) -> Source:
    """国土数値情報 N03."""
    return Source(
        key=key,
        title=title,
        attribution="「国土数値情報（行政区域データ）」（国土交通省）を加工して作成",
        licence="国土数値情報利用約款（CC-BY-4.0互換）",
        url="https://nlftp.mlit.go.jp/ksj/gml/datalist/KsjTmplt-N03-2024.html",
    )


def towns(key: str) -> Source:
    """Geolonia 住所データ."""
    return Source(
        key=key,
        title="町丁目の代表点",
        attribution="Geolonia 住所データ（CC BY 4.0）。国土交通省位置参照情報等をもとに作成",
        licence=CC_BY,
        url="https://geolonia.github.io/japanese-addresses/",
    )


def tokyo_walks(key: str, title: str) -> Source:
    """東京都「TOKYO WALKING MAP」."""
    return Source(key=key, title=title, attribution="東京都「TOKYO WALKING MAP」（CC BY 4.0）", licence=CC_BY)


def openstreetmap(key: str, title: str) -> Source:
    return Source(
        key=key,
        title=title,
        attribution="© OpenStreetMap contributors, ODbL 1.0",
        licence="ODbL-1.0",
        url="https://www.openstreetmap.org/copyright",
    )


UNNAMED = "出典未記入"
_NO_LICENCE = "不明"


def unnamed(key: str, title: str) -> Source:
    """A file that does not say where it comes from: the report asks for it, and the map shows that it is missing."""
    return Source(key=key, title=title, attribution=UNNAMED, licence=_NO_LICENCE)


SAMPLE_RASTERS = ("sample-elevation", "sample-flood-depth")
"""Keys of the made-up city's rasters."""


def sample() -> Source:
    """The made-up city."""
    return Source(
        key="sample",
        title="架空のサンプル市",
        attribution="架空のサンプルデータ（実在しません）",
        licence="CC0-1.0",
    )
