"""The strong ETag of one feature: its version, which feature it is of, and how it is written. Pure.

A deleted feature whose id is used again begins anew at version 1, so the tag also rests on when it was entered.
Source: RFC 9110, 8.8.3 and 13.1.1.
"""

from __future__ import annotations

import datetime
import hashlib

from layers.spec import LayerSpec
from ogc_api.asking import Asked

REPRESENTATION = "2"
"""Grows when the same feature is written differently, so that no cache keeps the old text."""


def state_of(layer: LayerSpec, feature_id: str, entered_at: datetime.datetime, version: int) -> str:
    """The part of the tag that says which feature in which version, however it is written."""
    return f"{version}-{_digest(layer.name, feature_id, entered_at.isoformat())[:16]}"


def tag_of(state: str, layer: LayerSpec, asked: Asked) -> str:
    """The tag of the feature in the language, for the audience and at the address that is asked."""
    fields = ",".join(field.name for field in layer.fields_for(asked.audience))
    given = [f"{name}={text}" for name, text in sorted(asked.parameters.items()) if name != "f"]
    given += [] if asked.format == "json" else [f"f={asked.format}"]
    written = _digest(REPRESENTATION, asked.audience.name, asked.language, asked.base_url, fields, *given)
    return f'"{state}-{written[:8]}"'


def is_of(tag: str, state: str) -> bool:
    """True for a tag of this state, in whatever language or for whomever the feature was written.

    A tag that became weak on its way counts: compression does that, and the version says exactly what was seen.

    >>> is_of('W/"3-ab-cd"', "3-ab"), is_of('"3-ab-cd"', "4-ab"), is_of('"3"', "3-ab")
    (True, False, False)
    """
    return tag.removeprefix("W/").strip('"').rpartition("-")[0] == state


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
