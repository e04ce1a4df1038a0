"""Tiles in a Redis server, which several hosts may share: key ``{prefix}{tileset}/{grid}/{suffix}-{z}-{x}-{y}``."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import batched
from typing import Any, Final, cast

import redis
from mapproxy.cache.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

from tile_cache.keeping.ends import frame
from tile_cache.keeping.ends.address import TIMEOUT_S, RedisAddress
from tile_cache.keeping.ends.end import End
from tile_cache.keeping.ends.place import Kept, Place, find_place

BATCH: Final = 500
REST_S: Final = 2.0


class _Client(redis.Redis):
    """A client that remembers what went wrong in this thread: MapProxy's cache keeps that to itself."""

    _wrong = threading.local()

    def execute_command(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except (redis.RedisError, OSError) as error:
            self._wrong.error = error
            return None

    @contextmanager
    def raising(self) -> Iterator[None]:
        self._wrong.error = None
        try:
            yield
        finally:
            error, self._wrong.error = self._wrong.error, None
            if error is not None:
                raise error


class RedisEnd(End):
    """A Redis server. What it stores is bounded by us; its own ``maxmemory`` may be lower."""

    kind = "redis"
    faults = (redis.RedisError, OSError)

    def __init__(self, address: RedisAddress, rest_s: float = REST_S) -> None:
        super().__init__(rest_s)
        self._prefix = address.prefix
        client = _Client.from_url(
            address.url,
            username=address.username,
            password=address.password,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._client = cast(_Client, client)

    def _open(self, tileset: str, grid: str, suffix: str) -> RedisCache:
        cache = RedisCache("", 0, f"{self._prefix}{tileset}/{grid}/{suffix}")
        cache.r = self._client  # its own would wait for ever
        return cache

    def _load(self, place: Place) -> bytes | None:
        with self._client.raising():
            return super()._load(place)

    def _save(self, place: Place, stored: bytes) -> bool:
        with self._client.raising():
            return super()._save(place, stored)

    def _remove(self, place: Place) -> bool:
        with self._client.raising():
            return super()._remove(place)

    def _walk(self, tileset: str | None) -> Iterator[Kept]:
        wanted = _literal(self._prefix) + (f"{_literal(tileset)}/*" if tileset else "*")
        client = redis.Redis(connection_pool=self._client.connection_pool)
        for keys in batched(client.scan_iter(match=wanted, count=BATCH), BATCH):
            yield from self._look(client, keys)

    def _look(self, client: redis.Redis, keys: tuple[bytes, ...]) -> Iterator[Kept]:
        asked = client.pipeline(transaction=False)
        for key in keys:
            asked.getrange(key, 0, frame.HEAD_BYTES - 1)
            asked.strlen(key)
        answers = asked.execute()
        for key, head, size in zip(keys, answers[::2], answers[1::2], strict=True):
            place, stored_at = self._place_of(key), frame.stored_at_of(head)
            if place is not None and stored_at is not None:
                yield Kept(place, size - frame.HEAD_BYTES, stored_at)

    def _place_of(self, key: bytes) -> Place | None:
        names, *numbers = key.decode(errors="replace").removeprefix(self._prefix).rsplit("-", 3)
        tileset, _, rest = names.partition("/")
        grid, _, suffix = rest.partition("/")
        return find_place(f"{tileset}/{grid}/{'/'.join(numbers)}.{suffix}")


def _literal(text: str) -> str:
    """Text as a pattern of Redis that means itself.

    >>> _literal("a*b")
    'a\\\\*b'
    """
    return re.sub(r"([*?\[\]\\^-])", r"\\\1", text)
