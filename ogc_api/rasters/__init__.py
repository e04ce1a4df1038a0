"""Rasters as OGC API - Coverages and OGC API - Environmental Data Retrieval."""
