"""Many new features in one request: all of them are stored, or none.

Acts of several kinds on several collections are in `transactions`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.db import transaction

from layers import editing
from layers.problems import Problem
from ogc_api.writing.body import features_of
from ogc_api.writing.door import Writer

MAX_FAULTS: Final = 100
"""Faults that are named; the work ends there."""


def create_all(
    writer: Writer, document: Mapping[str, Any], create_one: Callable[[Writer, Any], dict[str, Any]]
) -> dict[str, Any]:
    """Store each feature of a collection; what to tell about each.

    Raises:
        Problem: 400 with the fault of each feature that has one; nothing is stored then.
    """
    features = features_of(document)
    editing.hold((), ((writer.layer, one) for one in map(wished_id, features) if one is not None))
    created, faults = all_or_faults([functools.partial(create_one, writer, feature) for feature in features])
    if faults:
        first = faults[0]
        detail = f"nothing was stored; of the features {len(faults)} cannot be: {first['index']}: {first['detail']}"
        raise Problem(400, "invalid features", detail, parameter="features", extra={"faults": faults})
    return {"features": created}


def all_or_faults(acts: Iterable[Callable[[], dict[str, Any]]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What each act tells, in their order, and the faults of those that fail, by their index from 0.

    An act that fails changes nothing; whoever calls undoes the others.
    """
    told, faults = [], []
    for index, act in enumerate(acts):
        try:
            with transaction.atomic():
                told.append(act())
        except Problem as problem:
            faults.append({"index": index, **problem.document()})
        if len(faults) == MAX_FAULTS:
            break
    return told, faults


def wished_id(feature: Any) -> str | None:
    """The id in a feature that is not checked yet."""
    wished = feature.get("id") if isinstance(feature, dict) else None
    return wished if isinstance(wished, str) and "\x00" not in wished else None
