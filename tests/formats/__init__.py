"""Tests of the formats in which layers go out."""
