"""What only shows once rows lie beside others: outside the outline, the same place under two names.

Each check takes the key of the source that was just merged and yields notices; nothing is changed or left out for them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

import shapely
from django.conf import settings
from django.db import connection

from etl.record import Notice
from layers import registry
from layers.reading import quoted
from layers.spec import LayerSpec

CrossCheck = Callable[[str], Iterator[Notice]]
FAR_DEGREES = 0.05
"""About five kilometres: farther than the parks in the next town that a city counts among its evacuation sites."""
_MOST_FAR = 10_000


def outside_outline(layer: str) -> CrossCheck:
    """Points of the layer that lie outside their city's outline, and how far, where the outline has been imported."""

    def check(source: str) -> Iterator[Notice]:
        table, outlines = quoted(registry.get(layer).table), quoted(registry.get("boundaries").table)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT t.id, t.name, ST_Distance(ST_Transform(t.geometry, %s), ST_Transform(b.geometry, %s))"
                f" FROM {table} t JOIN {outlines} b ON b.id = t.city_code"
                " WHERE t.source = %s AND NOT ST_Intersects(t.geometry, b.geometry) ORDER BY 3 DESC",
                [settings.CITY.plane_srid, settings.CITY.plane_srid, source],
            )
            rows = cursor.fetchall()
        for key, name, metres in rows:
            yield Notice(f"{name} ({key}): {metres:,.0f} m", "lies outside the city's outline; kept as it is")

    return check


def far_from_city(layer: LayerSpec, source: str) -> Iterator[Notice]:
    """Rows that lie kilometres away from the municipality whose code they bear, where its outline is known.

    Nothing is left out for it: a city may own a house in the mountains. Boxes are compared, which a million rows allow.
    """
    table, outlines = quoted(layer.table), quoted(registry.get("boundaries").table)
    plane = settings.CITY.plane_srid
    own_outline = shapely.Polygon(settings.CITY.outline).wkt
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH outline AS (SELECT id AS code, geometry FROM {outlines} UNION ALL"
            f" SELECT %s, ST_GeomFromText(%s, 4326) WHERE NOT EXISTS (SELECT FROM {outlines} WHERE id = %s))"
            f" SELECT t.id, ST_Distance(ST_Transform(t.geometry, {plane:d}), ST_Transform(o.geometry, {plane:d}))"
            f" FROM {table} t JOIN outline o ON o.code = t.city_code"
            f" WHERE t.source = %s AND NOT t.geometry && ST_Expand(o.geometry, {FAR_DEGREES}) ORDER BY 2 DESC"
            f" LIMIT {_MOST_FAR}",
            [settings.CITY.code, own_outline, settings.CITY.code, source],
        )
        rows = cursor.fetchall()
    for key, metres in rows:
        yield Notice(
            f"{key}: {metres / 1000:,.0f} km", "lies far from the municipality whose code it bears; kept as it is"
        )


def differing_names(source: str) -> Iterator[Notice]:
    """Sites and shelters that share a place number but not a name; they are joined by the number all the same."""
    sites, shelters = quoted(registry.get("evacuation-sites").table), quoted(registry.get("shelters").table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.name, b.name FROM {sites} a JOIN {shelters} b USING (city_code, place_number)"
            " WHERE place_number <> '' AND %s IN (a.source, b.source) ORDER BY place_number, a.id",
            [source],
        )
        pairs = cursor.fetchall()
    for site, shelter in pairs:
        if _plain(site) != _plain(shelter):
            yield Notice(f"{site} = {shelter}", "one place under two names; joined by the number inside 共通ID")


def _plain(name: str) -> str:
    """A name without blanks and brackets, all forms of a character as one.

    >>> _plain("第七小学校　（校庭）") == _plain("第七小学校(校庭)")
    True
    """
    return "".join(c for c in unicodedata.normalize("NFKC", name) if c not in " ()「」・")
