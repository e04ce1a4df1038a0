"""The OGC API beside pygeoapi as it comes and tipg: the same tables, the same questions, each server alone.

Importing this package registers what it measures: `requests`, `sql` and `stream`.
"""

from tests.bench.api import requests, sql, stream

__all__ = ["requests", "sql", "stream"]
