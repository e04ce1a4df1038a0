"""What an import did, for its owner to read: alike findings are one line, with how many and the first places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from etl.record import Checked, Notice, Rejection, Repair
from layers.bulk import Merged

EXAMPLES = 5
MOST_LINES = 40
"""A report longer than a screen is not read; what is left out is counted."""


@dataclass(slots=True)
class Group:
    """Findings that are alike: how many, and examples."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, example: str) -> None:
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)


@dataclass(slots=True)
class Report:
    """Findings of one file, grouped as they come in, so that a million of them need little memory."""

    title: str
    merged: tuple[Merged, ...] = ()
    is_trial: bool = False
    repaired: dict[str, Group] = field(default_factory=dict)
    refused: dict[str, Group] = field(default_factory=dict)
    noticed: dict[str, Group] = field(default_factory=dict)

    def tell(self, item: Checked) -> None:
        if isinstance(item, Repair):
            change = (
                f"{item.place}: {_brief(item.before)} → {_brief(item.after)}"
                if item.before != item.after
                else item.place
            )
            self.repaired.setdefault(f"{item.field}: {item.why}", Group()).add(change)
        elif isinstance(item, Rejection):
            expected = f"; right would be: {item.expected}" if item.expected else ""
            key = f"{item.field}: {item.reason}{expected}" if item.value == "" or item.value is None else None
            key = key or f"{item.field}: {_general(item.reason)}{expected}"
            self.refused.setdefault(key, Group()).add(f"{item.place}: {_brief(item.value)}")
        elif isinstance(item, Notice):
            self.noticed.setdefault(item.text, Group()).add(item.place)

    @property
    def refused_count(self) -> int:
        return sum(group.count for group in self.refused.values()) + sum(len(one.refused) for one in self.merged)

    @property
    def changed(self) -> int:
        return sum(one.changed for one in self.merged)

    def text(self) -> str:
        """The report, ready to print."""
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        for one in self.merged:
            for row in one.refused:
                self.refused.setdefault(f"{one.layer}: {_general(row.reason)}", Group()).add(f"{row.place} ({row.id})")
        yield self.title
        for one in self.merged:
            yield "  " + _merged_line(one)
        yield from _group_lines("repaired", self.repaired)
        yield from _group_lines("refused", self.refused)
        yield from _group_lines("notice", self.noticed)
        if self.is_trial:
            yield "  trial run: nothing has been stored"
        elif self.merged and not self.changed:
            yield "  nothing has changed: the layers already hold this data set"


def _merged_line(one: Merged) -> str:
    total = one.inserted + one.updated + one.unchanged
    parts = [f"{one.inserted} new", f"{one.updated} changed", f"{one.unchanged} unchanged", f"{one.deleted} removed"]
    shown = ", ".join(part for part in parts if not part.startswith("0 "))
    return f"{one.layer}: {total} rows" + (f" ({shown})" if shown else "")


def _group_lines(word: str, groups: dict[str, Group]) -> Iterator[str]:
    for number, (what, group) in enumerate(sorted(groups.items(), key=lambda entry: -entry[1].count)):
        if number == MOST_LINES:
            yield f"  {word}: {len(groups) - MOST_LINES} more kinds"
            return
        examples = ", ".join(group.examples)
        more = f", and {group.count - EXAMPLES} more" if group.count > EXAMPLES else ""
        yield f"  {word} ×{group.count}  {what}  [{examples}{more}]"


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 48 else text[:45] + "…"


def _general(reason: str) -> str:
    """A reason without its own coordinates, so that alike reasons fall together.

    >>> _general("position 3 [139.5, 95]: latitude is between -90 and 90")
    'position 3: latitude is between -90 and 90'
    """
    return re.sub(r"\s*\[[^\]]*\]", "", reason)
