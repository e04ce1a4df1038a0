"""Back ends of the tile store: where the bytes lie. The address of one says which; see `address`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tile_cache.keeping.ends.address import Address, AddressFault, FolderAddress, RedisAddress, parse_address
from tile_cache.keeping.ends.place import Kept, Place, find_place

if TYPE_CHECKING:
    from tile_cache.keeping.ends.end import End

__all__ = ["AddressFault", "Kept", "Place", "current", "find_place", "open_end", "parse_address"]


def open_end(address: str, password: str = "") -> End:
    """The back end of an address. Nothing is asked of it yet.

    Args:
        password: of the Redis server, where the address has none.

    Raises:
        AddressFault: the address names none.
    """
    return _opened(parse_address(address, password))


def current() -> End:
    """The back end that the settings name, opened once for each process."""
    from django.conf import settings

    return _current(settings.TILE_STORE_ADDRESS, settings.TILE_STORE_PASSWORD, settings.TILE_STORE)


@lru_cache(maxsize=4)
def _current(address: str, password: str, folder: Path) -> End:
    return open_end(address or (folder / "store").absolute().as_uri(), password)


def _opened(address: Address) -> End:
    # Redis' and Amazon's libraries are loaded by those who use them.
    if isinstance(address, FolderAddress):
        if address.kind == "mbtiles":
            from tile_cache.keeping.ends.mbtiles_end import MBTilesEnd

            return MBTilesEnd(address.folder)
        from tile_cache.keeping.ends.files import FileEnd

        return FileEnd(address.folder)
    if isinstance(address, RedisAddress):
        from tile_cache.keeping.ends.redis_end import RedisEnd

        return RedisEnd(address)
    from tile_cache.keeping.ends.s3_end import S3End

    return S3End(address)
