"""Features as a file, sent while they are read, or from a file that is gone once it has been sent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from layers.formats import Export, Format, UnwritableError
from layers.problems import Problem


def file_response(export: Export, chosen: Format) -> HttpResponseBase:
    """The export in a format; memory stays bounded, and nothing stays on disk, also where the caller goes away.

    Raises:
        Problem: 400, where the format cannot hold it.
    """
    if chosen.chunks is not None:
        return streamed(chosen.chunks(export), chosen)
    with tempfile.TemporaryDirectory(prefix="machigis-") as folder:
        path = Path(folder) / f"{export.layer.name}.{chosen.extension}"
        try:
            chosen.write(export, path)
        except UnwritableError as error:
            raise Problem(400, "not possible in this format", str(error)) from error
        # The name may go: the open file stays until it has been sent.
        return FileResponse(path.open("rb"), content_type=chosen.media_type)


def streamed(chunks: Iterator[bytes], chosen: Format) -> StreamingHttpResponse:
    """The first bytes are made now, so that what goes wrong at once is an answer and not a torn file."""
    first = next(chunks)
    return StreamingHttpResponse(_resumed(first, chunks), content_type=chosen.media_type)


def _resumed(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
