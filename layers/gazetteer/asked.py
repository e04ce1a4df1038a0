"""What is searched for: the text in the forms in which it is compared with the places. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from layers.gazetteer.address import Address, parse_address, without_city
from layers.gazetteer.normalise import search_key, search_words

MOST_WORDS = 6
"""More words than any name has; what comes after them only narrows what there is no more of."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word, as it stands in names (`key`) and as it stands in addresses (`number_key`)."""

    key: str
    number_key: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A text to find.

    Args:
        text: as it was typed.
        names: keys of the whole text as a name: as it is, and without prefecture and city.
        address: the text read as an address.
        forms: lists of words, of which a place has to hold all of one.
    """

    text: str
    names: tuple[str, ...]
    address: Address
    forms: tuple[tuple[Word, ...], ...]


def understand(text: str, city: str) -> Asked | None:
    """The forms of a text; None where it holds no letter and no digit.

    >>> asked = understand("東京都三鷹市新川6-35-28", "三鷹市")
    >>> asked.names[1], asked.address.readings[0].town
    ('新川6-35-28', '新川6')
    """
    whole = search_key(text)
    if not whole:
        return None
    address = parse_address(text, city)
    shorter = without_city(whole, city)
    names = tuple(dict.fromkeys((whole, shorter)))
    words = [_word(key, city) for key in search_words(text)[:MOST_WORDS]]
    forms: list[tuple[Word, ...]] = [(Word(name, address.key),) for name in names]
    if len(words) > 1:
        forms.append(tuple(words))
    return Asked(text, names, address, tuple(dict.fromkeys(forms)))


def _word(key: str, city: str) -> Word:
    address = parse_address(key, city)
    return Word(without_city(key, city), address.key)
