"""What was found at a place, as a document: GeoJSON, a page, or plain text. Everything is escaped. Pure.

GeoJSON features are those of the API's items, with their layer's name as ``featureType`` (as OGC 21-045r1, JSON-FG,
calls it). Pages and text have titles and code words in Japanese and English.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from mapproxy.featureinfo import FeatureInfoDoc, featureinfo_type

from layers import units
from layers.spec import SYSTEM_FIELDS, Audience, Field, LayerSpec, Text

NOTHING: Final = Text("ここには何もありません。", "There is nothing here.")
YES_NO: Final = {True: Text("はい", "Yes"), False: Text("いいえ", "No")}
Line = tuple[Text, Text]
"""What is said, and the value, both in words."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One feature, or the value of a raster: what it belongs to, its GeoJSON as text, and the lines for people."""

    title: Text
    feature: str
    lines: tuple[Line, ...]

    @classmethod
    def of_feature(cls, layer: LayerSpec, text: str) -> Hit:
        """
        Args:
            text: the feature as the API gives it to everybody.
        """
        named = f'{{"type":"Feature","featureType":{json.dumps(layer.name)},' + text.removeprefix('{"type":"Feature",')
        return cls(layer.title, named, tuple(_lines(layer, json.loads(text))))


class Found(FeatureInfoDoc):
    """A document of MapProxy that is written once all layers have been asked."""

    def __init__(self, info_type: str, hits: Sequence[Hit]) -> None:
        self.info_type = info_type
        self.hits = tuple(hits)

    @classmethod
    def of(cls, info_format: str, hits: Sequence[Hit]) -> Found:
        return cls(featureinfo_type(info_format), hits)

    @classmethod
    def combine(cls, docs: Sequence[Found]) -> Found:
        return cls(docs[0].info_type, [hit for doc in docs for hit in doc.hits])

    def as_string(self) -> str:
        write = {"json": build_json, "html": build_page}.get(self.info_type, build_text)
        return write(self.hits)


def build_json(hits: Sequence[Hit]) -> str:
    return f'{{"type":"FeatureCollection","features":[{",".join(hit.feature for hit in hits)}]}}'


def build_page(hits: Sequence[Hit]) -> str:
    tables = "".join(_table(hit) for hit in hits) or f"<p>{_both(NOTHING)}</p>"
    return (
        '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8">'
        "<title>地物情報 / Feature information</title></head>"
        f"<body>{tables}</body></html>\n"
    )


def _table(hit: Hit) -> str:
    rows = "".join(
        f'<tr><th scope="row" align="left">{_both(title)}</th><td>{_both(value)}</td></tr>'
        for title, value in hit.lines
    )
    return f"<table><caption>{_both(hit.title)}</caption>{rows}</table>"


def build_text(hits: Sequence[Hit]) -> str:
    parts = [
        "\n".join([_said(hit.title), *(f"  {_said(t)}: {_one_line(_said(v))}" for t, v in hit.lines)]) for hit in hits
    ]
    return "\n\n".join(parts or [_said(NOTHING)]) + "\n"


def _both(text: Text) -> str:
    return escape(_said(text))


def _said(text: Text) -> str:
    return text.ja if text.ja == text.en else f"{text.ja} / {text.en}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _lines(layer: LayerSpec, feature: dict[str, Any]) -> Iterator[Line]:
    """The layer's own fields that hold something; nothing is added to what the feature carries."""
    yield Text("ID", "ID"), _plain(feature["id"])
    for field in layer.fields_for(Audience.PUBLIC):
        value = feature["properties"].get(field.name)
        if field not in SYSTEM_FIELDS and value not in (None, "", []):
            yield field.title, value_text(field, value)


def value_text(field: Field, value: Any) -> Text:
    """
    >>> value_text(Field("width", Text("幅", "Width"), unit="m"), 2.5).en
    '2.5 m'
    """
    if isinstance(value, bool):
        return YES_NO[value]
    if value in field.codes:
        return field.codes[value]
    words = _plain(value)
    ja, en = units.shown(field.unit, "ja"), units.shown(field.unit, "en")
    return Text(f"{words.ja} {ja}".strip(), f"{words.en} {en}".strip())


def _plain(value: Any) -> Text:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Text(text, text)
