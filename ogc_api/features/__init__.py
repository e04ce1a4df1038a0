"""Features of a collection: read, filtered, sorted, paged, in every form."""
