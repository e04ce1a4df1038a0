"""Japanese addresses: city, town (町名), 丁目, block (番) and number (号), out of any way of writing them. Pure.

An address by block (住居表示に関する法律) is 新川六丁目35番28号; by lot (地番) it is 新川六丁目35番地の28. Both are
written 新川6-35-28 in everyday life, so what the first number is can only be told from the towns that there are:
`Address.readings` gives the possibilities, the most likely first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from layers.gazetteer.normalise import number_key, search_key

_PREFECTURES: Final = (
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 "
    "富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 "
    "鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 "
    "鹿児島県 沖縄県"
)
_PREFECTURE: Final = re.compile("|".join(re.escape(search_key(name)) for name in _PREFECTURES.split()))
_NUMBERED: Final = re.compile(r"(?P<town>.*?[^\d-])(?P<numbers>\d+(?:-\d+)*)(?P<rest>[^\d-].*)?")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way of understanding an address: the key of the town with its 丁目, and the numbers below it."""

    town: str
    below: tuple[str, ...]

    @property
    def block(self) -> str | None:
        return self.below[0] if self.below else None


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says, as keys (see `normalise`).

    Args:
        names_city: whether it names the installation's own city.
        town: key of the town without its numbers.
        numbers: 丁目, block and number as far as they are there; which is which, see `readings`.
        rest: what follows the numbers: building, floor.
    """

    key: str
    names_city: bool
    town: str
    numbers: tuple[str, ...]
    rest: str

    @property
    def readings(self) -> tuple[Reading, ...]:
        """With the first number as 丁目; then without."""
        whole = Reading(self.town, self.numbers)
        return (Reading(self.town + self.numbers[0], self.numbers[1:]), whole) if self.numbers else (whole,)


def parse_address(text: str, city: str) -> Address:
    """Read an address as of the installation's own `city` ("三鷹市").

    >>> parse_address("東京都三鷹市新川６－３５－２８", "三鷹市").readings[0]
    Reading(town='新川6', below=('35', '28'))
    >>> parse_address("大字新川字中原35番地", "三鷹市").key
    '新川中原35'
    """
    key, names_city = address_key(text, city), _names_city(text, city)
    match = _NUMBERED.fullmatch(key)
    if match is None:
        return Address(key, names_city, key, (), "")
    return Address(key, names_city, match["town"], tuple(match["numbers"].split("-")), match["rest"] or "")


def address_key(text: str, city: str) -> str:
    """The key of an address, without prefecture, without the installation's own city, without 大字 and 字.

    >>> address_key("東京都三鷹市新川六丁目３５番２８号", "三鷹市"), address_key("三鷹市", "三鷹市")
    ('新川6-35-28', '3鷹市')
    """
    text = re.sub(r"大字(.+?)字", r"\1", text.strip())
    text = re.sub(r"大字|小字|(?<=[市区町村郡])字", "", text)
    return without_city(number_key(text), city)


def without_city(key: str, city: str) -> str:
    """A key without the names of prefecture and own city before it, unless nothing else is left.

    >>> without_city(search_key("東京都三鷹市新川"), "三鷹市")
    '新川'
    """
    match = _PREFECTURE.match(key)
    shorter = key[match.end() :] if match else key
    shorter = shorter.removeprefix(search_key(city)) or shorter
    return shorter or key


def in_words(below: tuple[str, ...]) -> str:
    """Numbers below a town, as they are said.

    >>> in_words(("35", "28")), in_words(("35",)), in_words(("6", "35", "28"))
    ('35番28号', '35番', '6-35-28')
    """
    if not below or len(below) > 2:
        return "-".join(below)
    return f"{below[0]}番" + "".join(f"{number}号" for number in below[1:])


def _names_city(text: str, city: str) -> bool:
    key = number_key(text)
    match = _PREFECTURE.match(key)
    return key[match.end() if match else 0 :].startswith(search_key(city))
