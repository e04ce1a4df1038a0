"""A million features as one download: how much memory the server needs for it."""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.bench.api.data import FACILITIES, loaded, scaled
from tests.bench.api.servers import OURS, Running
from tests.bench.api.servers import Place as ServerPlace
from tests.bench.registry import Place, measurement
from tests.bench.rows import Row
from tests.bench.running import MEGABYTE, WorkFailedError

FEATURES = 1_000_000
MOST_MB = 64.0
_ITEMS = OURS.path(FACILITIES)
WHOLE = {"csv": (f"{_ITEMS}?f=csv", f"/data/{FACILITIES}.csv"), "geojson": (f"/data/{FACILITIES}.geojson",)}
"""By format the addresses of the whole layer; the first that the server has is taken."""
_MARKS = {"csv": b"\n", "geojson": b'"type":"Feature",'}
_CHUNK = 1 << 20
_SMALL_REQUESTS = 32
"""Each on a connection of its own, so that every process has had one and loaded what it loads but once."""


@measurement("api.stream")
def stream(place: Place) -> Iterator[Row]:
    """A row for each format, with a server of its own, so that none profits from what another made it keep."""
    with loaded(place, scaled(FEATURES, place), 0) as rows:
        home = ServerPlace(place.home / "servers" / OURS.name, rows.url, place.home)
        for form, addresses in WHOLE.items():
            place.tell(f"api.stream: {form}")
            with OURS.running(home) as running:
                address = _offered(running, addresses)
                grown = _growth_bytes(running, address, form, rows.points)
            yield Row(f"api.stream {form} memory", "MB", grown / MEGABYTE, goal=MOST_MB, note=address)


def _offered(running: Running, addresses: tuple[str, ...]) -> str:
    for address in addresses:
        request = urllib.request.Request(running.base + address, method="HEAD")  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=60):  # noqa: S310 - loopback
                return address
        except OSError:
            continue
    raise WorkFailedError(f"the server has none of {', '.join(addresses)}")


def _growth_bytes(running: Running, address: str, form: str, features: int) -> int:
    """How much the process that grew most grew, from having answered a small request to its greatest."""
    for _ in range(_SMALL_REQUESTS):
        running.get("/api/")
        running.get(f"{_ITEMS}?f={form}&limit=1")
    workers = list(_family(running.service.pid))
    idle = {pid: _restarted_peak(pid) for pid in workers}
    found = _download(running.base + address, _MARKS[form])
    if not features <= found <= features + 1:  # a table has a heading
        raise WorkFailedError(f"{address} gave {found} of {features} features")
    return max(_status(pid, "VmHWM") - bytes_then for pid, bytes_then in idle.items())


def _download(address: str, mark: bytes) -> int:
    """How often the mark is in the answer, which is read as it comes."""
    count, rest = 0, b""
    with urllib.request.urlopen(address, timeout=600) as answer:  # noqa: S310 - loopback
        while chunk := answer.read(_CHUNK):
            text = rest + chunk
            count += text.count(mark)
            rest = text[-(len(mark) - 1) :] if len(mark) > 1 else b""
    return count


def _restarted_peak(pid: int) -> int:
    """Resident memory now; the kernel counts the greatest anew from here (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _status(pid, "VmRSS")


def _status(pid: int, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    if found is None:
        raise WorkFailedError(f"the system does not say {name} of process {pid}")
    return int(found.group(1)) * 1024


def _family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    if not os.path.isdir(f"/proc/{pid}"):
        raise WorkFailedError("memory is only watched where the system shows it (Linux)")
    yield pid
    for file in Path(f"/proc/{pid}").glob("task/*/children"):
        for child in file.read_text().split():
            yield from _family(int(child))
