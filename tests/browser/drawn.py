"""The two pictures of a place: what the browser's map draws by itself, and what the WMS answers."""

from __future__ import annotations

import base64
import math
import urllib.request
from collections.abc import Iterable
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.alike import Picture
from tests.running import RunningCity

SIDE_PX: Final = 512
WORLD_PX: Final = 512
"""The width of the world at zoom 0, as MapLibre counts zooms."""

HALF_WORLD_M: Final = 20037508.342789244

OPEN = """async (style) => {
  const maplibre = await import("/static/vendor/maplibre-gl/maplibre-gl.mjs");
  const box = document.createElement("div");
  box.style.cssText = "position: fixed; inset: 0 auto auto 0; width: 512px; height: 512px";
  document.body.replaceChildren(box);
  const document_ = await (await fetch(style)).json();
  window.styleLayers = document_.layers;
  for (const layer of document_.layers) {
    if (layer.source) layer.layout = { ...layer.layout, visibility: "none" };
  }
  window.drawn = new maplibre.Map({
    container: box, style: document_, center: [0, 0], zoom: 3, interactive: false, attributionControl: false,
    fadeDuration: 0, pixelRatio: 1, canvasContextAttributes: { preserveDrawingBuffer: true },
  });
  await window.drawn.once("idle");
}"""
DRAW = """async ([lon, lat, zoom, names, ground]) => {
  const map = window.drawn;
  for (const layer of window.styleLayers) {
    const shown = names.includes(layer.metadata?.["machigis:layer"]);
    if (layer.source) map.setLayoutProperty(layer.id, "visibility", shown ? "visible" : "none");
  }
  map.setPaintProperty("ground", "background-color", ground);
  map.jumpTo({ center: [lon, lat], zoom });
  await map.once("idle");
  return map.getCanvas().toDataURL().split(",")[1];
}"""


class BrowserMap:
    """MapLibre in a real browser with one of the city's styles, 512 × 512 pixels."""

    def __init__(self, browser: Browser, city: RunningCity, style: str = "city") -> None:
        size = {"width": SIDE_PX, "height": SIDE_PX}
        self._context = browser.new_context(viewport=size, locale="ja-JP", device_scale_factor=1)
        self.page: Page = self._context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{city.url}/developers/")
        self.page.evaluate(OPEN, f"/tiles/styles/{style}.json")

    def draw(self, names: Iterable[str], at: tuple[float, float], zoom: float, ground: str = "#ffffff") -> Picture:
        """The place in the middle, with these layers alone, once everything is there.

        Args:
            ground: its colour.
        """
        picture = _opened(base64.b64decode(self.page.evaluate(DRAW, [*at, zoom, list(names), ground])))
        assert self.complaints == []
        return picture

    def close(self) -> None:
        self._context.close()


def wms(city: RunningCity, names: Iterable[str], at: tuple[float, float], zoom: float) -> Picture:
    """The same place by WMS; what is not drawn is white."""
    x, y = (value * 2 * HALF_WORLD_M / (WORLD_PX * 2**zoom) for value in world_px(*at, zoom))
    x, y, half = x - HALF_WORLD_M, HALF_WORLD_M - y, HALF_WORLD_M * SIDE_PX / (WORLD_PX * 2**zoom)
    address = (
        f"{city.url}/maps/service?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&STYLES=&CRS=EPSG:3857&FORMAT=image/png"
        f"&LAYERS={','.join(names)}&BBOX={x - half!r},{y - half!r},{x + half!r},{y + half!r}"
        f"&WIDTH={SIDE_PX}&HEIGHT={SIDE_PX}&TRANSPARENT=FALSE&BGCOLOR=0xFFFFFF"
    )
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - loopback
        content = answer.read()
        assert answer.headers["Content-Type"] == "image/png", content
    return _opened(content)


def world_px(lon: float, lat: float, zoom: float) -> tuple[float, float]:
    """Pixels from the north-west of the world."""
    size = WORLD_PX * 2**zoom
    north = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / math.pi
    return (lon / 360 + 0.5) * size, (0.5 - north / 2) * size


def lon_lat(x: float, y: float, zoom: float) -> tuple[float, float]:
    """The place of a pixel of the world: the other way round."""
    size = WORLD_PX * 2**zoom
    return (x / size - 0.5) * 360, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / size))))


def _opened(content: bytes) -> Picture:
    return np.asarray(Image.open(BytesIO(content)).convert("RGB")).astype(np.int16)
