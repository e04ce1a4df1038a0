"""Seeding and offline packs: as commands, as work of the worker, as pages."""
