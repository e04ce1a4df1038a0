"""Tiles beside nginx, tipg, pygeoapi as it comes, MapProxy alone and the bare statement: the same rows, in one run.

Importing this package registers what it measures: `stored`, `fresh` and `largest`.
"""

from tests.bench.tiles import fresh, largest, stored

__all__ = ["fresh", "largest", "stored"]
