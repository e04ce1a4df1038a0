"""What stands behind ``./gis``: set-up, the private PostGIS, the server, the checks.

Everything that has to run before the locked environment exists uses the standard library alone; whatever needs
Django runs as a process of its own in that environment.
"""
