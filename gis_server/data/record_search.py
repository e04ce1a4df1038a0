"""Records by the parameters of OGC API - Records: which of them match, and which page of these. Pure.

Source: OGC API - Records - Part 1: Core (OGC 20-004r1), requirements class Record core query parameters.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from layers import text_search
from layers.problems import Problem
from layers.reading import Bbox, Interval
from ogc_api.features import parameters, places
from ogc_api.features.parameters import fault

PARAMETERS: Final = ("q", "bbox", "datetime", "type", "ids", "externalIds", "limit", "cursor")
TYPES: Final = ("dataset",)

Json = dict[str, Any]


def matching(records: Iterable[Json], given: Mapping[str, str], zone: datetime.tzinfo) -> list[Json]:
    """The records that fit all parameters that are given.

    Raises:
        Problem: 400, naming the parameter.
    """
    box, interval = places.read_bbox(given.get("bbox")), parameters.read_interval(given.get("datetime"), zone)
    words, kinds = _pattern(given.get("q")), _list("type", given)
    ids, external = _list("ids", given), _list("externalIds", given)
    return [
        record
        for record in records
        if (box is None or _lies_in(record, box))
        and (interval is None or _is_in(record, interval))
        and (words is None or words.search(_text_of(record)))
        and (kinds is None or record["properties"]["type"] in kinds)
        and (ids is None or record["id"] in ids)
        and (external is None or not external.isdisjoint(_external_ids(record)))
    ]


def page_of(records: Sequence[Json], given: Mapping[str, str]) -> tuple[Sequence[Json], str | None]:
    """The page that begins after the cursor's record, and the cursor of the next one."""
    limit, after = parameters.read_limit(given.get("limit")), parameters.read_cursor(given.get("cursor"))
    begin = 0
    if after is not None:
        begin = next((number for number, record in enumerate(records, start=1) if record["id"] == after), 0)
        if not begin:
            raise fault("cursor", given["cursor"], "a token taken from a next link")
    page = records[begin : begin + limit]
    is_more = begin + limit < len(records)
    return page, parameters.write_cursor(page[-1]["id"]) if is_more and page else None


def _list(name: str, given: Mapping[str, str]) -> set[str] | None:
    if name not in given:
        return None
    values = given[name].split(",")
    if not all(values):
        raise fault(name, given[name], "a list parted by commas")
    return set(values)


def _pattern(text: str | None) -> re.Pattern[str] | None:
    """Terms of which one has to be found, in whatever way Japanese is written (see `layers.text_search`)."""
    if text is None:
        return None
    terms = text_search.read_terms(text)
    if not terms:
        most = f"one to {text_search.MAX_TERMS} words, parted by commas, of {text_search.MAX_LETTERS} letters at most"
        raise fault("q", text, most)
    return re.compile("|".join(f"(?:{text_search.pattern_of(term)})" for term in terms))


def _text_of(record: Json) -> str:
    properties = record["properties"]
    texts = [properties["title"], properties.get("description", ""), *properties.get("keywords", ())]
    return unicodedata.normalize("NFKC", "\n".join(texts))


def _external_ids(record: Json) -> set[str]:
    """Each with its scheme and without."""
    known = record["properties"].get("externalIds", ())
    return {one["value"] for one in known} | {f"{one['scheme']}:{one['value']}" for one in known}


def _lies_in(record: Json, box: Bbox) -> bool:
    if record["geometry"] is None:
        return False
    ring = record["geometry"]["coordinates"][0]
    (west, south), (east, north) = ring[0], ring[2]
    if south > box[3] or north < box[1]:
        return False
    spans = [(box[0], box[2])] if box[0] <= box[2] else [(box[0], 180.0), (-180.0, box[2])]
    return any(west <= high and east >= low for low, high in spans)


def _is_in(record: Json, interval: Interval) -> bool:
    """A record without a time always matches, as a feature does (OGC 17-069r4, 7.15.4)."""
    if not record["time"]:
        return True
    begin, end = (_moment(text) for text in record["time"]["interval"])
    is_late = interval.end is not None and begin is not None and begin > interval.end
    is_early = interval.start is not None and end is not None and end < interval.start
    return not (is_late or is_early)


def _moment(text: str | None) -> datetime.datetime | None:
    if text in (None, "", ".."):
        return None
    try:
        moment = datetime.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def get_record(records: Iterable[Json], record_id: str) -> Json:
    """Raises:
    Problem: 404, where there is none.
    """
    found = next((record for record in records if record["id"] == record_id), None)
    if found is None:
        detail = f"there is no record {record_id!r:.80}"
        raise Problem(404, "unknown record", detail, parameter="recordId")
    return found
