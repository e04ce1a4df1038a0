"""Files into layers: source => reader => map => validate => load."""
