"""Settings of the private PostGIS, from the memory that this machine, or this container, has."""

from __future__ import annotations

import os
from pathlib import Path

MEGABYTE = 1024 * 1024
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def build_settings(*, is_durable: bool, memory_bytes: int | None = None) -> dict[str, str]:
    """PostgreSQL's settings by name.

    A quarter of the memory for its own cache is the manual's advice; beyond two gigabytes the system's cache does as
    well for a city. Spatial queries are short, so compiling them (``jit``) costs more than it gains.

    >>> build_settings(is_durable=True, memory_bytes=4096 * MEGABYTE)["shared_buffers"]
    '1024MB'
    """
    memory = (memory_bytes or available_memory_bytes()) // MEGABYTE
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": "../socket",
        "unix_socket_permissions": "0700",
        "port": "5432",
        "shared_buffers": f"{max(32, min(2048, memory // 4))}MB",
        "effective_cache_size": f"{max(64, memory // 2)}MB",
        "maintenance_work_mem": f"{max(32, min(512, memory // 16))}MB",
        "work_mem": f"{max(4, min(32, memory // 256))}MB",
        "max_connections": "300",  # every thread of every worker keeps one, and so does Mapnik; idle ones cost little
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "logging_collector": "off",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_min_duration_statement": "2s",
    }
    return settings if is_durable else settings | _forgetful()


def available_memory_bytes() -> int:
    """The memory of the machine, or of the container where that is less."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [int(path.read_text()) for path in CGROUP_LIMITS if path.exists() and path.read_text().strip().isdigit()]
    return min([total, *limits])


def _forgetful() -> dict[str, str]:
    """A database of tests may lose everything in a power cut and is several times faster for it."""
    return {
        "shared_buffers": "128MB",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_wal_size": "2GB",
    }
