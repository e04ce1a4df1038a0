"""What JMA's and CAP's messages have in common: one file is one message, and one row a warning.

A later message about the same warning takes the place of the earlier one; an older one that arrives late is refused,
and a cancellation marks the row. A cancellation of what is not known is kept as a cancelled row, so that the warning
stays cancelled when it arrives late. Each warning is a source of its own: importing one never removes another.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import shapely

from etl.contents import Contents
from etl.readers.base import Options, short_hash
from etl.record import DataSet, RawRow, UnreadableFileError
from etl.xml_tree import read_root
from layers.catalog.alerts import Alert
from layers.feature import Source
from layers.registry import get

EXERCISE_MARK: Final = "【訓練】"
MAX_MESSAGE_BYTES: Final = 20 * 2**20


@dataclass(frozen=True, slots=True)
class Message:
    """A message of either kind, in the layer's words.

    Args:
        thread: what messages about the same warning have in common, besides their references; "" for nothing.
        values: the layer's fields, as far as the message fills them.
        geometry: None where it names no place.
    """

    identifier: str
    thread: str
    references: tuple[str, ...]
    sent_at: datetime.datetime
    is_exercise: bool
    is_cancel: bool
    values: Mapping[str, Any]
    geometry: shapely.Geometry | None
    source: Source


def parsed(contents: Contents) -> Any:
    """The root element of a message; nothing outside the file is read, no entity is expanded.

    Raises:
        UnreadableFileError: where it is broken, too large, or declares a document type.
    """
    if contents.path.stat().st_size > MAX_MESSAGE_BYTES:
        raise UnreadableFileError(f"a message of more than {MAX_MESSAGE_BYTES // 2**20} MB is not read")
    return read_root(contents.path)


def moment(text: str | None, what: str) -> datetime.datetime | None:
    """A moment with its offset from UTC; None where nothing is written.

    Raises:
        UnreadableFileError: where it is no such moment.
    """
    if not (text or "").strip():
        return None
    try:
        value = datetime.datetime.fromisoformat(str(text).strip())
    except ValueError as error:
        raise UnreadableFileError(f"{what} {text!r:.40} is not a moment, as 2024-01-01T16:10:00+09:00") from error
    if value.tzinfo is None:
        raise UnreadableFileError(f"{what} {text!r:.40} has no offset from UTC")
    return value


def data_set_of(message: Message, kind: str, options: Options) -> DataSet:
    """The data set of a message: its one row.

    Raises:
        UnreadableFileError: where it is older than what is known, or names no place that is known.
    """
    earlier = _find_earlier(message)
    if earlier is not None and earlier.sent_at > message.sent_at:
        raise UnreadableFileError(
            f"a later message about the same warning is here already (sent {earlier.sent_at.isoformat()})"
        )
    row_id = earlier.id if earlier else f"alert-{short_hash(message.thread or message.identifier)}"
    message.source.key = earlier.source if earlier and earlier.source else row_id
    values = _values(message, earlier)
    geometry = message.geometry
    if geometry is None and earlier is not None:
        geometry = shapely.from_wkb(bytes(earlier.geometry.wkb))
    if geometry is None and message.is_cancel:
        geometry = shapely.Polygon(options.city.outline)
    if geometry is None:
        raise UnreadableFileError("the message names no place: neither a position nor an area, nor this city")
    row = RawRow("message", "alerts", row_id, values, geometry)
    return DataSet(message.source, {"alerts": tuple(values)}, iter((row,)), kind, bounds=geometry.bounds)


def _find_earlier(message: Message) -> Alert | None:
    """The row of the same warning: by its thread, by what this message refers to, or by what refers to it."""
    own = f"alert-{short_hash(message.thread or message.identifier)}"
    known = Alert.objects.filter(id=own) | Alert.objects.filter(
        identifier__in=[message.identifier, *message.references]
    )
    # An exercise that refers to a real warning must not touch it, nor the other way round.
    other = "live" if message.is_exercise else "exercise"
    for row in known.exclude(state=other).order_by("-sent_at"):
        return row
    for row in Alert.objects.filter(references__contains=message.identifier).order_by("-sent_at"):
        if message.identifier in row.references.splitlines():
            return row
    return None


def _values(message: Message, earlier: Alert | None) -> dict[str, Any]:
    values: dict[str, Any] = {field.name: None for field in get("alerts").fields} | dict(message.values)
    if message.is_cancel and earlier is not None:
        kept = {name: getattr(earlier, name) for name in values if values[name] in (None, "")}
        values |= kept | {"title": earlier.title}
    before = [*earlier.references.splitlines(), earlier.identifier] if earlier else []
    references = dict.fromkeys([*before, *message.references])
    references.pop(message.identifier, None)
    state = "cancelled" if message.is_cancel else "exercise" if message.is_exercise else "live"
    if message.is_exercise and not values["title"].startswith(EXERCISE_MARK):
        values["title"] = EXERCISE_MARK + values["title"]
    return values | {
        "identifier": message.identifier,
        "sent_at": message.sent_at,
        "state": state,
        "references": "\n".join(references),
    }
