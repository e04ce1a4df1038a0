"""Many new features in one request: all of them are stored, or none.

After OGC API - Features - Part 11 (draft), of which only the creation in one collection is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import transaction

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
    created, faults = [], []
    for index, feature in enumerate(features_of(document)):
        try:
            with transaction.atomic():
                created.append(create_one(writer, feature))
        except Problem as problem:
            faults.append({"index": index, **problem.document()})
        if len(faults) == MAX_FAULTS:
            break
    if faults:
        first = faults[0]
        detail = f"nothing was stored; of the features {len(faults)} cannot be: {first['index']}: {first['detail']}"
        raise Problem(400, "invalid features", detail, parameter="features", extra={"faults": faults})
    return {"features": created}
