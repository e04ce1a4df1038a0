"""Layers as tiles; MapProxy and Mapnik inside."""
