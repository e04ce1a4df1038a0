"""Counting and timing tiles, for /metrics."""
