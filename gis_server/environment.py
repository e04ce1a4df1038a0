"""The only place that reads environment variables. Everything else takes arguments or Django's settings."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tile_cache.keeping.ends import AddressFault, parse_address

CHECKOUT = Path(__file__).resolve().parent.parent


class EnvironmentFault(ValueError):  # noqa: N818 - reads better where it is printed
    """A variable of the environment holds something that cannot be used."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the surroundings tell the product.

    Args:
        home: folder of everything that the product creates (``GIS_HOME``, default ``var/``).
        database_url: PostGIS to use (``DATABASE_URL``); empty means the private one of the home.
        city_file: settings file of the city (``GIS_CITY``); None means Mitaka's.
        hosts: names under which the site is reached (``GIS_HOSTS``, comma separated).
        https: the site is reached through TLS (``GIS_HTTPS=1``): cookies are then sent over TLS only.
        upload_mb: the most that may be uploaded at once, in megabytes (``GIS_UPLOAD_MB``).
        tky2jgd_file: 国土地理院's TKY2JGD.par, from the Tokyo datum to JGD2000 (``GIS_TKY2JGD``).
        patchjgd_file: 国土地理院's touhokutaiheiyouoki2011.par, from JGD2000 to JGD2011 (``GIS_PATCHJGD``).
        tile_store: address of the tile store (``GIS_TILE_STORE``, see docs/tiles-store.md); empty means a folder
            of the home.
        tile_store_password: of the tile store's Redis, where its address has none (``GIS_TILE_STORE_PASSWORD``).
        tile_store_mb: the most that stored tiles may take, in megabytes (``GIS_TILE_STORE_MB``).
    """

    home: Path
    database_url: str
    city_file: Path | None
    hosts: tuple[str, ...]
    https: bool
    upload_mb: int = 4096
    tky2jgd_file: Path | None = None
    patchjgd_file: Path | None = None
    tile_store: str = field(default="", repr=False)
    tile_store_password: str = field(default="", repr=False)
    tile_store_mb: int = 2000


def read() -> Environment:
    """The environment as it is now."""
    city = os.environ.get("GIS_CITY", "")
    return Environment(
        home=Path(os.environ.get("GIS_HOME") or CHECKOUT / "var").absolute(),
        database_url=os.environ.get("DATABASE_URL", ""),
        city_file=Path(city) if city else None,
        hosts=tuple(h for h in os.environ.get("GIS_HOSTS", "").split(",") if h),
        https=os.environ.get("GIS_HTTPS", "") == "1",
        upload_mb=_megabytes("GIS_UPLOAD_MB", 4096),
        tky2jgd_file=_find_path("GIS_TKY2JGD"),
        patchjgd_file=_find_path("GIS_PATCHJGD"),
        tile_store=_store_address("GIS_TILE_STORE"),
        tile_store_password=os.environ.get("GIS_TILE_STORE_PASSWORD", ""),
        tile_store_mb=_megabytes("GIS_TILE_STORE_MB", 2000),
    )


def _megabytes(name: str, otherwise: int) -> int:
    value = os.environ.get(name, "")
    if value and not (value.isdecimal() and int(value)):
        raise EnvironmentFault(f"{name} must be a whole number of megabytes, not {value!r}")
    return int(value or otherwise)


def _store_address(name: str) -> str:
    """A fault is said at the start, not with each tile."""
    address = os.environ.get(name, "")
    try:
        if address:
            parse_address(address)
    except AddressFault as fault:
        raise EnvironmentFault(f"{name}: {fault}") from fault
    return address


def _find_path(name: str) -> Path | None:
    value = os.environ.get(name, "")
    return Path(value).absolute() if value else None


def variables() -> dict[str, str]:
    """Every variable, for the programs that are started with most of them."""
    return dict(os.environ)


def database_settings(url: str) -> dict[str, str | int]:
    """Django's database settings from a libpq URL. A host that begins with / is a Unix socket's folder.

    >>> database_settings("postgresql://u@/db?host=/run/pg")["HOST"]
    '/run/pg'
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres", "postgis"}:
        raise EnvironmentFault(f"DATABASE_URL must begin with postgresql://, not {parts.scheme or 'nothing'}://")
    query = parse_qs(parts.query)
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": query.get("port", [parts.port or ""])[0],
    }
