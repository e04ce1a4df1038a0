"""The body of a request that writes: from bytes to a checked feature, collection or merge patch.

Source: RFC 7946 (GeoJSON), RFC 7396 (merge patch), RFC 8259, 4 (member names are to be unique).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from layers.crs import CRS84_URI, Crs
from layers.problems import Problem

GEOJSON: Final = "application/geo+json"
MERGE_PATCH: Final = "application/merge-patch+json"
MAX_BODY_BYTES: Final = 2_000_000
"""A shape of 50,000 positions; below what Django reads at once (2.5 MB)."""
MAX_BATCH: Final = 1_000
"""Features of one collection that is stored whole or not at all. Files of more go through the import."""
MAX_DEPTH: Final = 16
"""A feature collection of multi-polygons has nine levels."""

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,119}")
_FEATURE_MEMBERS: Final = ("type", "id", "geometry", "properties", "bbox", "links")
COLLECTION_MEMBERS: Final = ("type", "features", "bbox", "links", "numberMatched", "numberReturned", "timeStamp")


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent, as bytes for comparing and as a JSON document."""

    content: bytes
    document: dict[str, Any]


def read_body(request: HttpRequest, media_type: str) -> Body:
    """The JSON object in a request's body.

    Raises:
        Problem: 415 for another media type, 413, or 400 saying what is wrong.
    """
    if request.content_type != media_type:
        detail = f"Content-Type={request.content_type!r:.80} is not {media_type}"
        raise Problem(415, "unsupported media type", detail, parameter="Content-Type")
    _check_headers(request)
    content = _content(request)
    document = _parsed(content)
    if not isinstance(document, dict):
        raise fault("the body is not a JSON object", "body")
    return Body(content, document)


def _check_headers(request: HttpRequest) -> None:
    if request.content_params.get("charset", "utf-8").lower() != "utf-8":
        raise Problem(415, "unsupported media type", "JSON is UTF-8 (RFC 8259, 8.1)", parameter="Content-Type")
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding != "identity":
        raise Problem(415, "unsupported media type", "a compressed body is not taken", parameter="Content-Encoding")


def read_content_crs(request: HttpRequest, offered: tuple[Crs, ...]) -> Crs:
    """The system of the coordinates in the body; longitude, latitude where nothing is said.

    Raises:
        Problem: 400, naming all that are taken: those that reading offers.
    """
    header = request.headers.get("Content-Crs", f"<{CRS84_URI}>").strip()
    for crs in offered:
        if header == f"<{crs.uri}>":
            return crs
    names = [f"<{crs.uri}>" for crs in offered]
    raise fault(f"Content-Crs={header!r:.80} is not one of {', '.join(names)}", "Content-Crs")


def _content(request: HttpRequest) -> bytes:
    too_large = Problem(413, "too large", f"the body is larger than {MAX_BODY_BYTES} bytes", parameter="body")
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
            raise too_large
        content = bytes(request.body)
    except (RequestDataTooBig, ValueError) as error:
        raise too_large from error
    if len(content) > MAX_BODY_BYTES:
        raise too_large
    return content


def _parsed(content: bytes) -> Any:
    try:
        text = content.decode("utf-8")
        document = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_not_a_number, parse_float=_finite, parse_int=_whole
        )
        if "\\u" in text:  # half of a surrogate pair is JSON, but no text that could be stored
            json.dumps(document, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise fault(f"the body is not UTF-8: {error.reason}", "body") from error
    except RecursionError as error:
        raise fault("the body is nested too deeply", "body") from error
    except ValueError as error:
        raise fault(f"the body is not JSON: {error}"[:200], "body") from error
    _check_depth(document)
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise fault(f"the member {twice!r:.80} is given twice", twice[:80])
    return members


def _not_a_number(text: str) -> Any:
    raise fault(f"{text} is not a number of JSON", "body")


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise fault(f"{text[:40]} is larger than any number that can be stored", "body")
    return number


def _whole(text: str) -> int:
    if len(text) > 20:
        raise fault(f"{text[:40]}… is larger than any whole number that can be stored", "body")
    return int(text)


def _check_depth(document: Any) -> None:
    level, depth = [[document]], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH + 1:
            raise fault(f"the body is nested more than {MAX_DEPTH} levels deep", "body")
        inner = (item.values() if isinstance(item, dict) else item for item in level)
        level = [value for values in inner for value in values if isinstance(value, dict | list)]


def check_feature(document: Any) -> Mapping[str, Any]:
    """`document` as a GeoJSON feature; whether its members fit the layer is not looked at.

    Raises:
        Problem: 400, naming the member.
    """
    if not isinstance(document, dict) or document.get("type") != "Feature":
        raise fault('a GeoJSON feature is needed: {"type": "Feature", …}', "type")
    check_members(document, _FEATURE_MEMBERS)
    for name in ("geometry", "properties"):
        if name not in document:
            raise fault(f"a GeoJSON feature has the member {name}", name)
    if not isinstance(document["properties"], dict | None):
        raise fault("properties is not an object", "properties")
    return document


def check_patch(document: Mapping[str, Any]) -> None:
    """A merge patch of a feature: any of a feature's members, type and id only as they are.

    Raises:
        Problem: 400, naming the member.
    """
    check_members(document, _FEATURE_MEMBERS)
    if document.get("type", "Feature") != "Feature":
        raise fault("the type of a feature is Feature", "type")
    if not isinstance(document.get("properties", {}), dict):
        raise fault("properties is not an object", "properties")


def features_of(document: Mapping[str, Any]) -> list[Any]:
    """The features of a collection that is to be stored whole.

    Raises:
        Problem: 400, or 413 for too many.
    """
    check_members(document, COLLECTION_MEMBERS)
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise fault("features is not a list of at least one feature", "features")
    if len(features) > MAX_BATCH:
        raise Problem(413, "too large", f"at most {MAX_BATCH} features are stored at once", parameter="features")
    return features


def check_members(document: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in document:
        if name not in known:
            detail = f"the member {name!r:.80} is not known here; known are: {', '.join(known)}"
            raise Problem(400, "unknown member", detail, parameter=name[:80])


def new_id(document: Mapping[str, Any]) -> str | None:
    """The id that the client wishes for a new feature, or None."""
    wished = document.get("id")
    if wished is None:
        return None
    if not isinstance(wished, str) or _ID.fullmatch(wished) is None:
        raise fault("id is not up to 120 letters, digits and . _ : -, beginning with a letter or digit", "id")
    return wished


def fault(detail: str, parameter: str) -> Problem:
    return Problem(400, "invalid body", detail, parameter=parameter)
