"""The Common Query Language (CQL2): from text or JSON to a condition in SQL with parameters. Pure.

Source: OGC 21-065r2, Common Query Language (CQL2) 1.0.
"""

from ogc_api.cql2.reading import Filter, check_language, read_filter

__all__ = ["Filter", "check_language", "read_filter"]
