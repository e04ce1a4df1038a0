"""Layers that the GIS office adds while the city runs: declared in the database, offered at once, without a restart."""
