"""What an import did, for its owner to read: alike findings are one line, with how many and the first places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from etl.record import Checked, DataSet, Notice, Rejection, Repair
from layers.bulk import Merged

EXAMPLES = 5
MOST_KINDS = 1_000
"""Kinds of findings that are told apart; a reason may hold a value of its row."""
_OTHER_KINDS = "of other kinds"
MOST_LINES = 40
"""A report longer than a screen is not read; what is left out is counted."""
MOST_ENTRIES = 10_000
"""Findings that are kept one by one; what is beyond is counted only, so that memory is bounded."""

_WHY_UNCHANGED = {True: "the layers already hold this data set", False: "every row was refused"}

Finding = Repair | Rejection | Notice


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
    run: int | None = None
    entries: list[Finding] = field(default_factory=list)
    entry_count: int = 0
    refused_rows: int = 0
    repaired: dict[str, Group] = field(default_factory=dict)
    refused: dict[str, Group] = field(default_factory=dict)
    noticed: dict[str, Group] = field(default_factory=dict)
    _repaired_places: set[int] = field(default_factory=set)
    """Numbers that stand for the places of repaired rows: one row may be repaired at several values."""

    def tell(self, item: Checked) -> None:
        """Take down a finding; records are not findings."""
        if isinstance(item, Repair):
            self._tell_repair(item)
        elif isinstance(item, Rejection):
            self._tell_rejection(item)
        elif isinstance(item, Notice):
            _group(self.noticed, item.text).add(item.place)
        else:
            return
        self.entry_count += 1
        if len(self.entries) < MOST_ENTRIES:
            self.entries.append(_bounded(item))

    def _tell_repair(self, item: Repair) -> None:
        change = (
            f"{item.place}: {_brief(item.before)} → {_brief(item.after)}" if item.before != item.after else item.place
        )
        _group(self.repaired, f"{item.field}: {item.why}").add(change)
        self._repaired_places.add(hash(item.place))

    def _tell_rejection(self, item: Rejection) -> None:
        expected = f"; right would be: {item.expected}" if item.expected else ""
        is_empty = item.value == "" or item.value is None
        reason = item.reason if is_empty else _general(item.reason)
        _group(self.refused, f"{item.field}: {reason}{expected}").add(f"{item.place}: {_brief(item.value)}")
        self.refused_rows += 1

    def take(self, merged: tuple[Merged, ...]) -> None:
        """What the loading did, with the rows that the layers would not take."""
        self.merged = merged
        for one in merged:
            for row in one.refused:
                self.tell(Rejection(row.place, "id", row.id, row.reason, "", one.layer, row.id, row.wkb))
            self.refused_rows += one.refused_count - len(one.refused)
            self.entry_count += one.refused_count - len(one.refused)

    @property
    def repaired_rows(self) -> int:
        return len(self._repaired_places)

    @property
    def refused_count(self) -> int:
        return self.refused_rows

    @property
    def accepted(self) -> int:
        return sum(one.inserted + one.updated + one.unchanged for one in self.merged)

    @property
    def changed(self) -> int:
        return sum(one.changed for one in self.merged)

    def text(self) -> str:
        """The report, ready to print."""
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        yield self.title
        for one in self.merged:
            yield "  " + _merged_line(one)
        yield from _group_lines("repaired", self.repaired)
        yield from _group_lines("refused", self.refused)
        yield from _group_lines("notice", self.noticed)
        if self.is_trial:
            yield "  trial run: nothing has been stored"
        elif self.merged and not self.changed:
            yield f"  nothing has changed: {_WHY_UNCHANGED[bool(self.accepted)]}"
        elif self.run is not None:
            yield f"  import {self.run}; ./gis manage undo_import {self.run} takes it back"

    def document(self) -> dict[str, Any]:
        """The report as the members of a JSON object."""
        return {
            "title": self.title,
            "run": self.run,
            "trial": self.is_trial,
            "accepted": self.accepted,
            "repaired": self.repaired_rows,
            "refused": self.refused_rows,
            "changed": self.changed,
            "layers": [
                {
                    "layer": one.layer,
                    "inserted": one.inserted,
                    "updated": one.updated,
                    "deleted": one.deleted,
                    "unchanged": one.unchanged,
                }
                for one in self.merged
            ],
            "entries": [entry_members(entry) for entry in self.entries],
            "entries_left_out": self.entry_count - len(self.entries),
        }


def _group(groups: dict[str, Group], kind: str) -> Group:
    return groups.setdefault(kind if len(groups) < MOST_KINDS or kind in groups else _OTHER_KINDS, Group())


def _bounded(item: Finding) -> Finding:
    """A finding that does not hold on to a cell of megabytes."""
    if isinstance(item, Repair):
        return replace(item, before=_cut(item.before), after=_cut(item.after))
    return replace(item, value=_cut(item.value)) if isinstance(item, Rejection) else item


def _cut(value: Any) -> Any:
    return _plain(value) if isinstance(value, str | bytes | list | dict) else value


def recognition_members(data_set: DataSet, reason: str) -> dict[str, Any]:
    """What a file was recognised as, as members of a JSON object."""
    mapping: Mapping[str, Mapping[str, str]] = data_set.mapping
    return {
        "kind": data_set.kind,
        "source": data_set.source.key,
        "reasons": [reason, *data_set.reasons],
        "layers": list(data_set.columns),
        "mapping": {layer: dict(columns) for layer, columns in mapping.items()},
        "unused": list(data_set.unused),
    }


def entry_members(entry: Finding) -> dict[str, Any]:
    """One finding as members of a JSON object; ``type`` is repaired, refused or notice."""
    if isinstance(entry, Notice):
        return {"type": "notice", "place": entry.place, "reason": entry.text}
    members = {"place": entry.place, "layer": entry.layer, "id": entry.id, "field": entry.field}
    if isinstance(entry, Repair):
        return {
            "type": "repaired", **members,
            "value": _plain(entry.before), "after": _plain(entry.after), "reason": entry.why,
        }  # fmt: skip
    return {
        "type": "refused", **members,
        "value": _plain(entry.value), "reason": entry.reason, "expected": entry.expected,
    }  # fmt: skip


def _plain(value: Any) -> str | None:
    """A value as a text of bounded length, as it goes into reports."""
    if value is None:
        return None
    text = str(value).replace("\x00", "�")
    return text if len(text) <= 200 else text[:199] + "…"


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
