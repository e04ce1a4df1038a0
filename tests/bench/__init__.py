"""How quick the product is beside other programs: `./gis bench` (gis_server/command/bench.py) runs this package.

Never part of the timed tests. Each subject is one module that registers its measurements: see `registry`.
"""
