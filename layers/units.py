"""The units of fields: codes of UCUM, the Unified Code for Units of Measure, and what people read for them. Pure.

What stands between braces is UCUM's annotation: it counts things, in units of 1.
"""

from __future__ import annotations

from layers.spec import Text

UNITS = {
    "m": Text("m", "m"),
    "cm": Text("cm", "cm"),
    "km": Text("km", "km"),
    "deg": Text("度", "°"),
    "%": Text("%", "%"),
    "{person}": Text("人", "people"),
    "{vehicle}/d": Text("台/日", "vehicles a day"),
}


def shown(unit: str | None, language: str) -> str:
    """The unit as people read it; nothing for none. Layers added while the city runs may have words of their own.

    >>> shown("{person}", "ja"), shown(None, "en")
    ('人', '')
    """
    return UNITS[unit].in_language(language) if unit in UNITS else unit or ""
