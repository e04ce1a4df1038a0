"""Places of tiles that there are none of: MapProxy's WMTS would answer GetFeatureInfo beside the tile, or fail.

Source: OGC 07-057r7 (WMTS 1.0.0), Table 30.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mapproxy.exception import RequestError
from mapproxy.service.ows import OWSServer
from mapproxy.service.wmts import WMTSServer


def check_places(services: Iterable[Any]) -> None:
    """Make every WMTS among the services refuse tiles and pixels that do not exist."""
    for service in services:
        parts = service.services.values() if isinstance(service, OWSServer) else (service,)
        for part in parts:
            if isinstance(part, WMTSServer):
                _check(part)


def _check(server: WMTSServer) -> None:
    answer = server.featureinfo

    def checked(request: Any) -> Any:
        server.check_request(request, server.info_formats)
        layer = server.layers[request.layer][request.tilematrixset]
        layer.tile_bbox(request)  # refuses a tile that is outside
        for name, value, size in zip("IJ", request.pos, layer.grid.tile_size, strict=True):
            if value >= size:
                raise RequestError(
                    f"{name} must be less than {size}, not {value}", code="PointIJOutOfRange", request=request
                )
        return answer(request)

    server.featureinfo = checked
