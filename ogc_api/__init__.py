"""Layers as OGC API; pygeoapi inside."""
