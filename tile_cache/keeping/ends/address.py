"""The address of a tile store, as the setting gives it. Pure.

``file:///path``, ``mbtiles:///folder``, ``redis://host:port/db?prefix=…`` (``rediss`` with TLS),
``s3://bucket/prefix?endpoint=http://…&region=…``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

TIMEOUT_S: Final = 0.5
"""No request waits longer for a store that does not answer."""

REDIS_PREFIX: Final = "machigis:tiles:"
KINDS: Final = "file:///path, mbtiles:///folder, redis://host:port/db, rediss://… or s3://bucket/prefix"


class AddressFault(ValueError):  # noqa: N818 - reads better where it is printed
    """An address names no tile store."""


@dataclass(frozen=True, slots=True)
class FolderAddress:
    """A folder of files, or of MBTiles."""

    kind: str
    folder: Path


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """A Redis server. The address is without the password."""

    url: str
    prefix: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket, and what the keys in it begin with."""

    bucket: str
    prefix: str
    endpoint: str | None
    region: str | None


Address = FolderAddress | RedisAddress | S3Address


def parse_address(text: str, password: str = "") -> Address:
    """What an address means.

    Args:
        password: of the Redis server, where the address has none.

    Raises:
        AddressFault: saying what is wrong, without the password.

    >>> parse_address("s3://tiles/mitaka?endpoint=http://store:9000")
    S3Address(bucket='tiles', prefix='mitaka', endpoint='http://store:9000', region=None)
    """
    if "#" in text:
        raise AddressFault("the address of the tile store has a #; write %23 for one that belongs to it")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise AddressFault(f"the address of the tile store cannot be read; there are: {KINDS}") from error
    if parts.scheme in {"file", "mbtiles"}:
        return _folder(parts)
    if parts.scheme == "s3":
        return _s3(parts)
    if parts.scheme in {"redis", "rediss"}:
        return _redis(parts, password)
    raise AddressFault(f"there is no tile store of the kind {parts.scheme!r}; there are: {KINDS}")


def _folder(parts: SplitResult) -> FolderAddress:
    _options(parts, set())
    if parts.netloc or not parts.path.startswith("/"):
        raise AddressFault(f"the folder of the tile store is written {parts.scheme}:///path, with three strokes")
    return FolderAddress(parts.scheme, Path(unquote(parts.path)))


def _redis(parts: SplitResult, password: str) -> RedisAddress:
    prefix = _options(parts, {"prefix"}).get("prefix", REDIS_PREFIX)
    number = parts.path.strip("/")
    if not parts.hostname or not (number.isdecimal() or not number):
        raise AddressFault("the tile store in Redis is written redis://host:port/db, db being a number")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    url = f"{parts.scheme}://{host}:{parts.port or 6379}/{number or 0}"
    given = unquote(parts.password or "") or password
    return RedisAddress(url, prefix, unquote(parts.username or "") or None, given or None)


def _s3(parts: SplitResult) -> S3Address:
    options = _options(parts, {"endpoint", "region"})
    if not parts.netloc or "@" in parts.netloc or ":" in parts.netloc:
        raise AddressFault("the tile store in S3 is written s3://bucket/prefix; its keys come from the environment")
    endpoint = options.get("endpoint")
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise AddressFault("the endpoint of the tile store in S3 begins with http:// or https://")
    return S3Address(parts.netloc, unquote(parts.path).strip("/"), endpoint, options.get("region"))


def _options(parts: SplitResult, known: set[str]) -> dict[str, str]:
    given = parse_qsl(parts.query, keep_blank_values=True)
    for name, _ in given:
        if name not in known:
            there_are = ", ".join(sorted(known)) or "none"
            raise AddressFault(f"the address of the tile store has no option {name!r}; there are: {there_are}")
    return dict(given)
