"""SQL as a value: a text and its parameters. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Query:
    """SQL and its parameters; the text never holds a caller's value."""

    sql: str
    params: tuple[Any, ...] = ()

    def __add__(self, other: Query) -> Query:
        return Query(self.sql + other.sql, self.params + other.params)


def quoted(identifier: str) -> str:
    """A name of the registry as an SQL identifier.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + identifier.replace('"', '""') + '"'
