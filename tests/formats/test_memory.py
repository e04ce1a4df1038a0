"""A large layer is never held in memory, whatever the format."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from layers import registry
from layers.formats import FORMATS, Export, Format
from layers.spec import Audience

LINKS = 40_000
MOST_GROWTH_BYTES = 96 * 2**20
"""The same rows held as Python objects would take about three times as much."""


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.fixture
def many_links(db: None) -> None:
    layer = registry.get("pedestrian-links")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('machigis.bulk', 'on', true)")
        cursor.execute(
            f'INSERT INTO "{layer.table}" (id, start_id, end_id, length_m, name, geometry)'
            " SELECT 'link-' || n, 'a' || n, 'b' || n, n, repeat('架空の通り', 20),"
            " ST_SetSRID(ST_MakeLine(ARRAY(SELECT ST_MakePoint(139.5 + n * 1e-6, 35.6 + m * 1e-5)"
            " FROM generate_series(1, 20) m)), 4326) FROM generate_series(1, %s) n",
            [LINKS],
        )


@pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)
def test_memory_stays_bounded(chosen: Format, many_links: None, tmp_path: Path):
    seen: list[int] = []
    export = Export(registry.get("pedestrian-links"), Audience.PUBLIC, on_rows=lambda _: seen.append(resident_bytes()))
    before = resident_bytes()
    chosen.write(export, tmp_path / f"links.{chosen.extension}")
    assert len(seen) == LINKS // 2_000
    assert max([*seen, resident_bytes()]) - before < MOST_GROWTH_BYTES
