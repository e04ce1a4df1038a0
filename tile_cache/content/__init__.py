"""What is in a vector tile, as SQL."""
