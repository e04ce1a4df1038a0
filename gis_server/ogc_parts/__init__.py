"""Standards of the OGC below ``/api/`` that need both the API and the tiles: Tiles, Styles and Maps."""
