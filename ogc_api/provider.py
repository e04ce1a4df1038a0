"""What pygeoapi needs to know of a layer: the fields that the audience may read. Features take the fast road."""

from __future__ import annotations

from typing import Any

from pygeoapi.provider.base import BaseProvider

from layers import registry
from layers.spec import Audience
from ogc_api import schema


class LayerProvider(BaseProvider):  # type: ignore[misc]  # pygeoapi is untyped
    """A layer, as one audience sees it."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self._audience = Audience[provider_def["options"]["audience"]]
        self._language = provider_def["options"]["language"]
        self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """The fields, never one that the audience may not read."""
        self._fields = schema.properties(registry.get(self.data, self._audience), self._audience, self._language)
        return self._fields
