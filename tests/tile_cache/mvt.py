"""A small reader of Mapbox Vector Tiles 2.1, written from the specification, so that tests see what a client sees."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Decoded:
    """A feature: its properties, its points in tile units with y downwards, and the number that is its id."""

    properties: dict
    points: list
    number: int | None = None


def decode(content: bytes) -> dict[str, list[Decoded]]:
    """The features of each layer."""
    return dict(_layer(value) for number, value in _fields(content) if number == 3)


def _layer(content: bytes) -> tuple[str, list[Decoded]]:
    fields = list(_fields(content))
    keys = [value.decode() for number, value in fields if number == 3]
    values = [_value(value) for number, value in fields if number == 4]
    name = next(value.decode() for number, value in fields if number == 1)
    return name, [_feature(value, keys, values) for number, value in fields if number == 2]


def _feature(content: bytes, keys: list, values: list) -> Decoded:
    fields = dict(_fields(content))
    tags = list(_varints(fields.get(2, b"")))
    pairs = zip(tags[::2], tags[1::2], strict=True)
    points = list(_points(list(_varints(fields[4]))))
    return Decoded({keys[k]: values[v] for k, v in pairs}, points, fields.get(1))


def _points(commands: list[int]) -> Iterator[tuple[int, int]]:
    x = y = at = 0
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        for _ in range(count if command in {1, 2} else 0):
            x, y = x + _signed(commands[at]), y + _signed(commands[at + 1])
            at += 2
            yield x, y


def _value(content: bytes) -> object:
    ((number, value),) = _fields(content)
    if number == 1:
        return value.decode()
    if number == 2:
        return struct.unpack("<f", value)[0]
    if number == 3:
        return struct.unpack("<d", value)[0]
    return {4: int, 5: int, 6: _signed, 7: bool}[number](value)


def _signed(number: int) -> int:
    return (number >> 1) ^ -(number & 1)


def _fields(content: bytes) -> Iterator[tuple[int, object]]:
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        if key & 7 == 0:
            value, at = _varint(content, at)
        else:
            length, at = {2: lambda a: _varint(content, a), 1: lambda a: (8, a), 5: lambda a: (4, a)}[key & 7](at)
            value, at = content[at : at + length], at + length
        yield key >> 3, value


def _varints(content: bytes) -> Iterator[int]:
    at = 0
    while at < len(content):
        number, at = _varint(content, at)
        yield number


def _varint(content: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = content[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at
