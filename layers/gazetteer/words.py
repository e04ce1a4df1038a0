"""What the certainty of a place means, in words. Pure.

Plain Japanese follows 出入国在留管理庁・文化庁「在留支援のためのやさしい日本語ガイドライン」 (2020): short sentences,
no difficult words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from layers.spec import Certainty, Text


@dataclass(frozen=True, slots=True)
class CertaintyWords:
    """One certainty in each way of saying it."""

    text: Text
    easy_ja: str

    def in_language(self, language: str) -> str:
        return self.easy_ja if language == EASY_JAPANESE else self.text.in_language(language)


EASY_JAPANESE: Final = "ja-easy"
LANGUAGES: Final = ("ja", "en", EASY_JAPANESE)

CERTAINTY: Final = {
    Certainty.EXACT: CertaintyWords(Text("この場所の位置", "The place itself"), "ここです。"),
    Certainty.BLOCK: CertaintyWords(
        Text("同じ番（街区）の中（正確な位置ではありません）", "Within the same block (not the exact position)"),
        "この 近くです。正しい 場所では ありません。",
    ),
    Certainty.TOWN: CertaintyWords(
        Text("町の中心（正確な位置ではありません）", "Middle of the town (not the exact position)"),
        "町の 真ん中です。正しい 場所では ありません。",
    ),
    Certainty.CITY: CertaintyWords(
        Text("市区町村の中（正確な位置ではありません）", "Somewhere in the municipality (not the exact position)"),
        "この 市の どこかです。正しい 場所では ありません。",
    ),
}
