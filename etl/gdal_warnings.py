"""What GDAL says in passing (an unusual application id, a number that it altered) is not for the user's terminal: what
matters of a file is found by its reader and said as a finding."""

from __future__ import annotations

import warnings

_SPEAKERS = r"(pyogrio|etl\.readers)(\.|$)"
"""Modules that GDAL's warnings appear to come from: pyogrio and those that ask it for rows."""


def silence_gdal() -> None:
    """Call it before pyogrio opens a file; again and again does no harm."""
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=_SPEAKERS)
