"""Rows for the tests of layers."""

from layers import registry
from layers.editing import Editor, create
from layers.spec import Audience

HANAKO = Editor("hanako", Audience.DISASTER_STAFF)
DAMAGE = registry.get("damage-areas")
SHELTERS = registry.get("shelters")


def square(lon: float = 139.56, lat: float = 35.68, side: float = 0.001) -> dict:
    """A square polygon in degrees with its south-west corner at lon, lat."""
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def draw(feature_id: str = "a", **properties: object) -> str:
    """A damage area, saved."""
    return create(DAMAGE, HANAKO, properties, square(), feature_id=feature_id).id
