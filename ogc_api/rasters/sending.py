"""A stored file as it is, in pieces where a program asks for them, so that GDAL reads of it only what it needs.

Source: RFC 9110, 14 (range requests). One range at a time; what is not understood is answered with the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from layers.problems import Problem
from ogc_api.rasters.geotiff import GEOTIFF

_CHUNK: Final = 256 * 1024
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


def file_response(request: HttpRequest, path: Path, etag: str) -> HttpResponseBase:
    """The file, or the range of it that is asked for.

    Raises:
        Problem: 416 for a range that begins behind its end.
        FileNotFoundError: where it has just been removed.
    """
    size = path.stat().st_size
    asked = _range(request, size, etag)
    first, last = asked or (0, size - 1)
    pieces: Iterator[bytes] = iter(())
    if request.method != "HEAD":  # opened now, so that a file that is replaced meanwhile is still sent whole
        pieces = _pieces(path.open("rb"), first, last)
    response = StreamingHttpResponse(pieces, status=206 if asked else 200, content_type=GEOTIFF)
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    if asked:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    leave_as_it_is(request)
    return response


def leave_as_it_is(request: HttpRequest) -> None:
    """The cells are packed already: packing them again costs time, and would move the bytes that a range names."""
    request.META.pop("HTTP_ACCEPT_ENCODING", None)


def geotiff_response(request: HttpRequest, content: bytes) -> HttpResponse:
    leave_as_it_is(request)
    return HttpResponse(content, content_type=GEOTIFF)


def _range(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """First and last byte that are asked for; None for the whole."""
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None or request.headers.get("If-Range", etag) != etag or not any(match.groups()):
        return None
    if not match[1]:
        first, last = max(size - int(match[2]), 0), size - 1
        is_right = int(match[2]) > 0
    else:
        first, last = int(match[1]), min(int(match[2] or size), size - 1)
        if match[2] and int(match[2]) < first:
            return None  # no range at all, RFC 9110, 14.1.1
        is_right = first < size
    if not is_right:
        detail = f"Range: {request.headers['Range'][:80]} lies outside the file of {size} bytes"
        raise Problem(416, "range not satisfiable", detail, extra={"size": size})
    return first, last


def _pieces(stream: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    with stream:
        stream.seek(first)
        left = last - first + 1
        while left > 0 and (piece := stream.read(min(_CHUNK, left))):
            left -= len(piece)
            yield piece
