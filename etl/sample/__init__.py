"""A small made-up city, so that the first start needs no download. Pure: the same seed gives the same city."""

from etl.sample.city import sample_rows

__all__ = ["sample_rows"]
