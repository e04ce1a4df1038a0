"""The gazetteer: what the city's layers name, found by name, kana or address, with how certain the position is."""
