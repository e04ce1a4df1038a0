"""Tiles as objects in a bucket of S3, or of a server that speaks its protocol; several hosts may share it.

Who we are is found as boto3 finds it: ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, a profile, the machine's
role.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from mapproxy.cache.s3 import S3Cache, S3ConnectionError
from urllib3.exceptions import HTTPError

from tile_cache.keeping.ends import frame
from tile_cache.keeping.ends.address import TIMEOUT_S, S3Address
from tile_cache.keeping.ends.end import End
from tile_cache.keeping.ends.place import Kept, find_place

REST_S: Final = 2.0
CONNECTIONS: Final = 32


class _Cache(S3Cache):  # type: ignore[misc]  # MapProxy is not typed
    """MapProxy makes a client for each call, and one that waits for minutes."""

    def __init__(self, client: Any, base_path: str, suffix: str, bucket: str) -> None:
        self._client = client
        super().__init__(base_path, suffix, directory_layout="tms", bucket_name=bucket)

    def conn(self) -> Any:
        return self._client


class S3End(End):
    """A bucket, which has to be there already."""

    kind = "s3"
    faults = (BotoCoreError, ClientError, Boto3Error, S3ConnectionError, HTTPError, OSError)

    def __init__(self, address: S3Address, rest_s: float = REST_S) -> None:
        super().__init__(rest_s)
        self._address = address
        self._making = threading.Lock()

    @property
    def _client(self) -> Any:
        with self._making:  # one is for all threads, and costs a tenth of a second to make
            return self._made

    @cached_property
    def _made(self) -> Any:
        config = Config(
            connect_timeout=TIMEOUT_S,
            read_timeout=TIMEOUT_S,
            retries={"total_max_attempts": 1},
            max_pool_connections=CONNECTIONS,
            s3={"addressing_style": "path"} if self._address.endpoint else None,
            # Other servers than Amazon's do not all know the check sums that boto3 adds by itself; we have our own.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        session = boto3.session.Session()  # boto3's own is not for several threads
        where = {"region_name": self._address.region, "endpoint_url": self._address.endpoint}
        return session.client("s3", config=config, **where)

    @property
    def _prefix(self) -> str:
        return f"{self._address.prefix}/" if self._address.prefix else ""

    def _open(self, tileset: str, grid: str, suffix: str) -> S3Cache:
        return _Cache(self._client, f"{self._prefix}{tileset}/{grid}", suffix, self._address.bucket)

    def _walk(self, tileset: str | None) -> Iterator[Kept]:
        prefix = self._prefix + (f"{tileset}/" if tileset else "")
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._address.bucket, Prefix=prefix)
        for page in pages:
            for found in page.get("Contents", ()):
                place = find_place(found["Key"].removeprefix(self._prefix))
                if place is not None:
                    yield Kept(place, max(0, found["Size"] - frame.HEAD_BYTES), found["LastModified"].timestamp())
