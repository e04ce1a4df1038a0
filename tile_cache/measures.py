"""Counting, for /metrics: plain functions that cost a lock and an addition."""

from __future__ import annotations


def count_store_error(end: str, operation: str) -> None:
    """The back end of the store failed to load, save or remove."""
