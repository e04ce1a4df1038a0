"""Run by the Python that QGIS belongs to: opens layers by WMS, asks what lies at a place, prints it as JSON.

python3 qgis_maps_program.py SERVICE LAYER LON LAT
"""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (  # type: ignore[import-not-found]
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsRaster,
    QgsRasterLayer,
    QgsRectangle,
)

SIZE_PX = 400


def main(service: str, name: str, lon: float, lat: float) -> dict:
    return {str(code): look(service, name, code, QgsPointXY(lon, lat)) for code in (4326, 6668, 6677, 3857)}


def look(service: str, name: str, code: int, place: QgsPointXY) -> dict:
    source = f"url={service}&layers={name}&styles=&format=image/png&crs=EPSG:{code}&featureCount=10"
    layer = QgsRasterLayer(source, name, "wms")
    if not layer.isValid():
        raise SystemExit(f"QGIS cannot open {name} in EPSG:{code}: {layer.error().message()}")
    system = QgsCoordinateReferenceSystem.fromEpsgId(code)
    stored = QgsCoordinateReferenceSystem("EPSG:4326")
    at = QgsCoordinateTransform(stored, system, QgsProject.instance()).transform(place)
    half = 0.002 if system.isGeographic() else 200
    extent = QgsRectangle(at.x() - half, at.y() - half, at.x() + half, at.y() + half)
    provider = layer.dataProvider()
    found = provider.identify(at, QgsRaster.IdentifyFormatFeature, extent, SIZE_PX, SIZE_PX)
    page = provider.identify(at, QgsRaster.IdentifyFormatHtml, extent, SIZE_PX, SIZE_PX)
    text = provider.identify(at, QgsRaster.IdentifyFormatText, extent, SIZE_PX, SIZE_PX)
    drawn = provider.block(1, extent, SIZE_PX, SIZE_PX)
    return {
        "features": [
            {
                "geometry": feature.geometry().asJson(),
                **dict(zip(feature.fields().names(), map(str, feature.attributes()), strict=True)),
            }
            for stores in found.results().values()
            for store in stores
            for feature in store.features()
        ],
        "html": " ".join(map(str, page.results().values())),
        "text": " ".join(map(str, text.results().values())),
        "has_legend": provider.supportsLegendGraphic(),
        "is_drawn": drawn.isValid() and not drawn.isEmpty(),
    }


if __name__ == "__main__":
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    print(json.dumps(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))))
    QgsProject.instance().clear()
    application.exitQgis()
