"""Tables of places as CSV, TSV and XLSX."""

from etl.readers.tables.reader import TABLE

__all__ = ["TABLE"]
