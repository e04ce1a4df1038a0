"""CQL2 text cut into words. Property names may be Japanese; what is not known is named with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ogc_api.cql2.tree import fault

_WORD = re.compile(
    r"""\s*(?:
      (?P<text>'(?:''|\\'|\\(?!')|[^'\\])*')
    | (?P<quoted>"(?:""|[^"])*")
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[^\W\d][\w.:]*)
    | (?P<sign><>|<=|>=|[=<>()+\-*/%^,])
    )""",
    re.VERBOSE,
)

RESERVED = frozenset({"and", "or", "not", "like", "between", "in", "is", "null", "div", "true", "false"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its kind (``text``, ``quoted``, ``number``, ``name``, ``sign``, ``end``) and where it begins."""

    kind: str
    text: str
    at: int

    @property
    def keyword(self) -> str:
        """The word without regard to case, where it may be a keyword; otherwise nothing."""
        return self.text.lower() if self.kind in {"name", "sign"} else ""


def cut(text: str) -> list[Word]:
    """The words of a filter, with an end behind the last.

    >>> [word.text for word in cut("名称 = 'a''b'")]
    ['名称', '=', "a'b", '']
    """
    words, at, end = [], 0, len(text.rstrip())
    while at < end:
        found = _WORD.match(text, at)
        if found is None:
            raise fault(f"cannot read {text[at:].strip()[:30]!r} at character {at + 1}")
        kind = str(found.lastgroup)
        words.append(Word(kind, _bare(kind, found[kind]), found.start(kind)))
        at = found.end()
    return [*words, Word("end", "", end)]


def _bare(kind: str, written: str) -> str:
    if kind == "text":
        return re.sub(r"''|\\'", "'", written[1:-1])
    return written[1:-1].replace('""', '"') if kind == "quoted" else written
