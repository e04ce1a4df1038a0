"""Texts as publishers write them: full-width digits, several kinds of space and of nothing. Pure."""

from __future__ import annotations

import re
from typing import Any

_DIGITS = str.maketrans("０１２３４５６７８９．，＋－−‐‑‒–—―ー", "0123456789.,+" + "-" * 9)
_NOTHING = {"", "null", "none", "nan", "n/a", "#n/a", "<null>", "(null)"}
_ONLY_DASHES = re.compile(r"[-‐‑‒–—―−－ーｰ─]{1,4}")
LONGEST_NOTHING = max(map(len, _NOTHING))
"""A text without blanks around it that is longer is never "no value"; whole columns are sorted by that."""
_UNKNOWN = {"不明", "未定", "未調査", "未確認", "未記入", "未設定", "調査中", "確認中"}
_ABSENT = {"なし", "無し", "無", "ない", "該当なし", "該当無し", "設定なし"}
_TRUE = {"1", "1.0", "true", "yes", "有", "あり", "○", "〇", "◯", "可"}
_FALSE = {"0", "0.0", "false", "no", "無", "なし", "×", "不可"}


def is_nothing(value: Any) -> bool:
    """None, empty text and the usual signs and words for "no value", in a field of any type.

    >>> [is_nothing(v) for v in (None, "", "　", "NULL", "−", "ーー", 0, "0", "なし")]
    [True, True, True, True, True, True, False, False, False]
    """
    if not isinstance(value, str):
        return value is None
    plain = value.strip().lower()
    return plain in _NOTHING or _ONLY_DASHES.fullmatch(plain) is not None


def is_unknown(value: Any) -> bool:
    """Nothing, or a word for "not known": no value in a field that is not text, and neither yes nor no.

    >>> [is_unknown(v) for v in ("不明", "調査中", "なし", "12")]
    [True, True, False, False]
    """
    return is_nothing(value) or (isinstance(value, str) and value.strip() in _UNKNOWN)


def is_no_amount(value: Any) -> bool:
    """Nothing, not known, or a word for "there is none": no value where a number or a day is wanted.

    >>> [is_no_amount(v) for v in ("なし", "不明", "－", "0", "12")]
    [True, True, True, False, False]
    """
    return is_unknown(value) or (isinstance(value, str) and value.strip() in _ABSENT)


def trimmed(text: str) -> str:
    """Without blanks (full-width ones too) and control characters at the ends; line breaks inside become spaces.

    >>> trimmed("　第一小学校　校庭\\n")
    '第一小学校　校庭'
    """
    return re.sub(r"[\r\n\t\x00]+", " ", text.strip()).strip()


def half_width_digits(text: str) -> str:
    """Full-width digits, points and signs as ASCII.

    >>> half_width_digits("１２３．５ｍ")
    '123.5ｍ'
    """
    return text.translate(_DIGITS)


def find_truth(value: Any) -> bool | None:
    """Yes, no, or None where the value says neither.

    >>> find_truth("有"), find_truth("0"), find_truth("たぶん")
    (True, False, None)
    """
    text = half_width_digits(str(value)).strip().lower()
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def find_number(value: Any) -> float | None:
    """A number from text such as "１，２００"; None where it is none. A comma only parts thousands.

    >>> find_number("１，２００"), find_number("35,68"), find_number("35.68°"), find_number("三十五")
    (1200.0, None, None, None)
    """
    if isinstance(value, int | float):
        return float(value)
    text = half_width_digits(str(value)).strip()
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", text):
        text = text.replace(",", "")
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) else None


def plain_text(html: str) -> str:
    """Text of an HTML fragment: tags, images and links go, breaks become line breaks.

    >>> plain_text('<img src="http://example.org/a.jpg"/><br>池の<b>ほとり</b>&amp;橋')
    '池のほとり&橋'
    """
    import html as entities

    text = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>", "", html)
    text = re.sub(r"(?i)<(br|/p|/div|/li)\b[^>]*>", "\n", text)
    text = entities.unescape(re.sub(r"(?s)<[^>]*>", "", text)).replace("\xa0", " ")
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)
