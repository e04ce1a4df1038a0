"""Finding places by name, kana or address, for pages and programs."""
