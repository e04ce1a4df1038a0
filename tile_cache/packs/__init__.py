"""Offline packs: the public layers of an area as one file, with the style, the pictograms and the time of the data."""
