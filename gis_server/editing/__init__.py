"""Drawing and changing features from the pages."""
