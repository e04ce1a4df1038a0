"""The common picture of a disaster."""
