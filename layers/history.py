"""A layer as it was at a moment, or at a revision: SQL in the place of its table, made from the log of changes.

What a feature was then is what its first change since found (`before`); if none has come since, what is in the table.
"Since" is by revision, the order in which changes became visible: all from the first whose transaction was still
writing at that moment. So the picture is always one that somebody could have seen, never half a transaction.

Rows that a bulk load inserted are not in the log; they are known by the moment at which its transaction began
(`Change.began_at`), which is when they were entered.
"""

from __future__ import annotations

import datetime

from layers.query import Query, quoted
from layers.spec import Audience, LayerSpec


def is_offered(layer: LayerSpec, audience: Audience) -> bool:
    """Whether the audience may ask how the layer was.

    Where rows are kept back from it, no: what was withdrawn since (a post) would come to light again.
    """
    return layer.rows is None or audience.covers(layer.rows.everything)


Past = datetime.datetime | int
"""A moment, or a revision of the layer."""


def build_source(layer: LayerSpec, past: Past, feature_id: str | None = None) -> Query:
    """The rows of the layer in the past, with all columns of its table, as a subquery in parentheses.

    Args:
        feature_id: where only this feature is wanted, so that no other is looked for.
    """
    table, columns = quoted(layer.table), [field.column for field in layer.model._meta.concrete_fields]
    now = ", ".join(f"n.{quoted(name)}" for name in columns)
    then = ", ".join("f.geometry_before" if name == "geometry" else f"b.{quoted(name)}" for name in columns)
    return (
        Query("(WITH later AS MATERIALIZED (")
        + (_after_revision(layer, past) if isinstance(past, int) else _later(layer, past))
        + Query("), first_since AS MATERIALIZED (")
        + _first_since(feature_id)
        + Query(f") SELECT {now} FROM {table} n WHERE NOT EXISTS (SELECT FROM first_since f WHERE f.feature_id = n.id)")
        + _was_entered("n", past)
        + Query(
            f" UNION ALL SELECT {then} FROM first_since f,"
            f" jsonb_populate_record(NULL::{table}, f.before) b WHERE f.before IS NOT NULL"
        )
        + _was_entered("b", past)
        + Query(")")
    )


def _after_revision(layer: LayerSpec, revision: int) -> Query:
    """Changes of the layer that came after a revision. Those of the reader's own transaction, which have none yet, were
    seen by whoever was told the revision.
    """
    return Query(_CHANGES + " AND c.revision > %s", (layer.name, revision))


_CHANGES = (
    "SELECT c.id, c.revision, c.began_at, c.is_bulk AND c.operation = 'insert' AS is_bulk_insert"
    " FROM layers_change c WHERE c.layer = %s"
)


def _later(layer: LayerSpec, moment: datetime.datetime) -> Query:
    """Changes of the layer that were not there yet, from the beginning of the transaction that was at work.

    Changes of the reader's own transaction have no revision; they are the latest.
    """
    at_work = Query(
        "SELECT revision, transaction, began_at FROM layers_change WHERE layer = %s AND at > %s"
        " ORDER BY revision LIMIT 1",
        (layer.name, moment),
    )
    its_first = Query(
        "SELECT min(s.revision) FROM layers_change s WHERE s.layer = %s AND s.transaction = w.transaction"
        " AND s.began_at = w.began_at AND s.at >= w.began_at",
        (layer.name,),
    )
    return (
        Query(
            _CHANGES + " AND (c.revision IS NULL AND c.at > %s OR c.revision >= (SELECT least(w.revision, (",
            (layer.name, moment),
        )
        + its_first
        + Query(")) FROM (")
        + at_work
        + Query(") w))")
    )


def _first_since(feature_id: str | None) -> Query:
    """Each feature's first change among the later ones, with what it found."""
    only = Query("") if feature_id is None else Query(" WHERE r.feature_id = %s", (feature_id,))
    return (
        Query(
            "SELECT DISTINCT ON (r.feature_id) r.feature_id, r.before, r.geometry_before"
            " FROM layers_changedrow r JOIN later c ON c.id = r.change_id"
        )
        + only
        + Query(" ORDER BY r.feature_id, c.revision, c.id")
    )


def _was_entered(alias: str, past: Past) -> Query:
    """The row had been entered, by hand or by a bulk load, as a condition beginning with AND."""
    in_time = Query("") if isinstance(past, int) else Query(f" AND {alias}.entered_at <= %s", (past,))
    loaded = f"SELECT FROM later c WHERE c.is_bulk_insert AND c.began_at = {alias}.entered_at"
    return in_time + Query(f" AND NOT EXISTS ({loaded})")
