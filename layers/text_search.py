"""Features by words in their texts, however Japanese is written: full or half width, large or small letters, hiragana
or katakana, old or new forms of kanji, with long vowels and spaces or without.

There is no index: each text of the rows that the other conditions leave is read once. The pattern is built here of
escaped characters alone, without anything that could make its evaluation go back and forth, so a row costs no more
than the length of its texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from django.db import models

from layers import values
from layers.gazetteer.variants import KANJI_VARIANTS
from layers.reading import Query, quoted
from layers.spec import Audience, Field, LayerSpec

MAX_TERMS = 8
MAX_LETTERS = 100
"""Of all terms together; more than any name or sentence that somebody looks for."""

_DASHES = "-‐‑‒–—―−"
_LONG_VOWEL = "ー"
_BETWEEN = f"[\\s・{_LONG_VOWEL}]*"
_KANA_STEP = ord("ァ") - ord("ぁ")
_KE = "ヶケけが"
_FORMS: defaultdict[str, set[str]] = defaultdict(set)
for _code, _plain in KANJI_VARIANTS.items():
    _FORMS[_plain].add(chr(_code))


def searched_fields(layer: LayerSpec, audience: Audience) -> tuple[Field, ...]:
    """The layer's own fields of free text that the audience may read."""
    system = {"city_code", "source"}
    return tuple(field for field in layer.fields_for(audience) if field.name not in system and _is_text(layer, field))


def _is_text(layer: LayerSpec, field: Field) -> bool:
    column = values.column_of(layer, field)
    return isinstance(column, models.CharField | models.TextField) and not (
        field.codes or isinstance(column, models.URLField)
    )


def read_terms(text: str) -> tuple[str, ...]:
    """The terms between commas, of which one has to be found; empty where there is none, or more than is sought for.

    >>> read_terms("図書館, ＡＥＤ")
    ('図書館', 'aed')
    """
    terms = tuple(filter(None, (_plain(term) for term in re.split("[,，、]", text))))
    if len(terms) > MAX_TERMS or sum(map(len, terms)) > MAX_LETTERS or "\0" in text:
        return ()
    return terms


def _plain(term: str) -> str:
    """The letters of a term that count."""
    plain = unicodedata.normalize("NFKC", term).lower().translate(KANJI_VARIANTS)
    return "".join(letter for letter in plain if not re.match(_BETWEEN[:-1], letter))


def condition(fields: Iterable[Field], terms: Iterable[str]) -> Query:
    """Rows in one of whose fields one of the terms stands, as a condition on the alias ``t`` beginning with AND."""
    pattern = "|".join(f"(?:{pattern_of(term)})" for term in terms)
    ways = [f"normalize(t.{quoted(field.name)}, NFKC) ~ %s" for field in fields]
    return Query(f" AND ({' OR '.join(ways)})", (pattern,) * len(ways))


def pattern_of(term: str) -> str:
    """A regular expression of PostgreSQL for every way of writing a term of `read_terms`."""
    return _BETWEEN.join("[" + "".join(sorted(map(_escaped, _ways_of(letter)))) + "]" for letter in term)


def _ways_of(letter: str) -> set[str]:
    ways = {letter, letter.upper(), *_FORMS[letter]} if letter in _FORMS else {letter, letter.upper()}
    if letter in _DASHES:
        ways |= set(_DASHES)
    if letter in _KE:
        ways |= set(_KE)
    if "ぁ" <= letter <= "ゖ":
        ways.add(chr(ord(letter) + _KANA_STEP))
    if "ァ" <= letter <= "ヶ":
        ways.add(chr(ord(letter) - _KANA_STEP))
    return {way for way in ways if len(way) == 1}


def _escaped(letter: str) -> str:
    return f"\\U{ord(letter):08X}"
