"""The layers of a city, one file per subject. Importing this package declares them all."""

from layers.catalog import (  # noqa: F401 - imported for their declarations
    alerts,
    basemap,
    boundaries,
    community,
    disaster,
    facilities,
    hazards,
    pedestrian,
)
