"""Text into search keys, so that the many ways of writing one Japanese name become one. Pure.

A key is for comparing only and is never shown. Equal are: full and half width, hiragana and katakana, old and new
forms of kanji, kanji and Arabic numerals, every kind of dash, ヶ ケ が, long vowels however written, and whatever
spaces, dots and brackets stand between.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from layers.gazetteer.variants import KANJI_VARIANTS

RULES: Final = 1
"""Grows with every change of the rules below; keys made by other rules are made anew (see `entries`)."""

_KANJI: Final = "一-鿿㐀-䶿々〆"
_DASHES: Final = "-‐‑‒–—―−﹣－─━ー˗⁃﹘"
_DIGITS: Final = {numeral: digit for digit, numeral in enumerate("〇一二三四五六七八九")}
_NUMERALS: Final = re.compile(r"[〇一二三四五六七八九十百]+")
_KE: Final = re.compile(rf"(?<=[{_KANJI}ぁ-ん])ケ(?![ァ-ヴ])")
_KATAKANA: Final = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_ALIKE: Final = str.maketrans("ぢづをゔ之", "じずおぶの")
_VOWELS: Final = {
    "あ": "あかがさざただなはばぱまやゃらわ",
    "い": "いきぎしじちにひびぴみり",
    "う": "うくぐすずつぬふぶぷむゆゅるおこごそぞとどのほぼぽもよょろ",
    "え": "えけげせぜてでねへべぺめれ",
    "お": "おこごそぞとどのほぼぽもよょろ",
}
_LONG: Final = re.compile(
    "|".join(f"(?<=[{before}]){vowel}" for vowel, before in _VOWELS.items()) + "|(?<=[えけげせぜてでねへべぺめれ])い"
)


def search_key(text: str) -> str:
    """The key of a name.

    >>> search_key("第四小学校　（体育館・校舎）") == search_key("第4小学校(体育館 校舎)")
    True
    >>> search_key("緑ケ丘") == search_key("緑ヶ丘") == search_key("緑が丘")
    True
    >>> search_key("髙澤コミュニティー・センター") == search_key("高沢ｺﾐｭﾆﾃｨ･ｾﾝﾀ")
    True
    """
    return _letters_only(_kana(_numerals(_width(text))))


def search_words(text: str) -> tuple[str, ...]:
    """The keys of the words that spaces part.

    >>> search_words("井の頭　小学校")
    ('井の頭', '小学校')
    """
    return tuple(key for word in _width(text).split() if (key := search_key(word)))


def number_key(text: str) -> str:
    """Like `search_key`, with the counters of an address (丁目 番地 番 号 の) as one dash.

    >>> number_key("新川六丁目三十五番地の二十八"), number_key("新川６－３５－２８"), number_key("八番町2-1")
    ('新川6-35-28', '新川6-35-28', '8番町2-1')
    """
    plain = re.sub(r"\s+", "", _numerals(_width(text)))
    plain = re.sub(r"(?<=\d)(丁目|番地の?|番の?|の)(?=\d)", "-", plain)
    plain = re.sub(r"(?<=\d)(丁目|番地|番|号|地先|先)(?![町街通線館棟室])", "", plain)
    return _letters_only(_kana(plain))


def grams(keys: Iterable[str]) -> list[str]:
    """What an index of keys holds: each pair of neighbouring letters, and each first letter as ``^x``.

    >>> grams(["下連雀"])
    ['^下', '下連', '連雀']
    """
    found: set[str] = set()
    for key in keys:
        found.update(key[index : index + 2] for index in range(len(key) - 1))
        found.update(f"^{first}" for first in key[:1])
    return sorted(found)


def needed_grams(word: str) -> list[str]:
    """The grams that a key must hold to have `word` in it; of one letter: to begin with it.

    >>> needed_grams("連雀"), needed_grams("下")
    (['連雀'], ['^下'])
    """
    return sorted({word[index : index + 2] for index in range(len(word) - 1)}) if len(word) > 1 else ["^" + word]


def _width(text: str) -> str:
    return unicodedata.normalize("NFKC", text.replace("\0", "")).casefold().translate(KANJI_VARIANTS)


def _numerals(text: str) -> str:
    return _NUMERALS.sub(lambda match: arabic(match.group()), text)


def arabic(numeral: str) -> str:
    """A kanji numeral in Arabic digits; a lone 百 is left, as it is rather a word.

    >>> [arabic(numeral) for numeral in ("六", "十", "二十三", "三五", "百二", "百")]
    ['6', '10', '23', '35', '102', '百']
    """
    if numeral == "百":
        return numeral
    if not {"十", "百"} & set(numeral):
        return "".join(str(_DIGITS[letter]) for letter in numeral)
    total, digit = 0, 0
    for letter in numeral:
        if letter in _DIGITS:
            digit = digit * 10 + _DIGITS[letter]
            continue
        total, digit = total + (digit or 1) * (10 if letter == "十" else 100), 0
    return str(total + digit)


def _kana(text: str) -> str:
    """Hiragana only, ヶ as が, letters that sound alike as one."""
    return _KE.sub("が", text.replace("ヶ", "が")).translate(_KATAKANA).translate(_ALIKE)


def _letters_only(text: str) -> str:
    """Letters, digits and the dashes between digits; long vowels go."""
    text = re.sub(rf"(?<=\d)[{_DASHES}]+(?=\d)", "\0", text)
    kept = "".join(letter for letter in text if letter == "\0" or letter.isalnum())
    return _LONG.sub("", kept.replace("ー", "")).replace("\0", "-")
