"""Tests of the open data: the catalogue, the downloads, what harvesters read."""
