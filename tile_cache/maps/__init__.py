"""Pictures: MapProxy below /maps/, Mapnik and rasters as its sources, other servers' maps."""
