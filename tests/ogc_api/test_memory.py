"""Features are never held in memory, however many are asked for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from layers import registry
from tests.formats.test_memory import resident_bytes

FEATURES = 40_000
"""As rows in Python they would take twice what is allowed. With 1,000,000 the growth is the same."""
MOST_GROWTH_BYTES = 64 * 2**20
ITEMS = "/api/collections/facilities/items"


@pytest.fixture
def many(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('machigis.bulk', 'on', true)")
        cursor.execute(
            f'INSERT INTO "{registry.get("facilities").table}" (id, entered_at, name, remarks, geometry)'
            " SELECT 'f' || n, now(), 'facility ' || n, repeat('備考', 100),"
            " ST_SetSRID(ST_MakePoint(139.5 + n * 1e-7, 35.6), 4326) FROM generate_series(1, %s) n",
            [FEATURES],
        )


@pytest.mark.parametrize(
    ("query", "least_bytes"),
    [
        ({"f": "csv"}, FEATURES * 500),
        ({"f": "csv", "limit": str(FEATURES - 1), "sortby": "-name"}, FEATURES * 500),
        ({"f": "kml"}, FEATURES * 500),
        ({"limit": "10000"}, 10_000 * 500),
        ({"f": "jsonfg", "limit": "10000"}, 10_000 * 500),
    ],
    ids=str,
)
def test_memory_stays_bounded_while_features_are_sent(query: dict[str, str], least_bytes: int, many: None):
    client = Client()
    client.get(ITEMS, {"limit": "1"})
    before, most, sent = resident_bytes(), 0, 0
    for chunk in client.get(ITEMS, query).streaming_content:
        sent += len(chunk)
        most = max(most, resident_bytes())
    assert sent > least_bytes
    assert most - before < MOST_GROWTH_BYTES
