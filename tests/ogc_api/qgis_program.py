"""Run by the Python that QGIS belongs to: loads a collection, draws it, and prints what there is to see as JSON.

python3 qgis_program.py API COLLECTION PICTURES
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (  # type: ignore[import-not-found]
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsMarkerSymbol,
    QgsProject,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize  # type: ignore[import-not-found]
from qgis.PyQt.QtGui import QColor  # type: ignore[import-not-found]

SIZE_PX = 400
HALF_WIDTH_M = 400
AWAY_PX = 150
STORED = "EPSG:4326"


def main(api: str, collection: str, folder: Path) -> dict:
    layer = QgsVectorLayer(f"url='{api}' typename='{collection}' pageSize='7'", collection, "OAPIF")
    if not layer.isValid():
        raise SystemExit(f"QGIS cannot open {collection}: {layer.error().message()}")
    layer.setRenderer(QgsSingleSymbolRenderer(QgsMarkerSymbol.createSimple(MARKER)))
    features = {feature["id"]: feature.geometry().asPoint() for feature in layer.getFeatures()}
    box = QgsFeatureRequest().setFilterRect(QgsRectangle(139.55, 35.67, 139.57, 35.69))
    chosen = QgsFeatureRequest().setFilterExpression("\"name\" LIKE '%小学校%'")
    first = min(features)
    return {
        "count": layer.featureCount(),
        "features": {key: [point.x(), point.y()] for key, point in features.items()},
        "in_box": [feature["id"] for feature in layer.getFeatures(box)],
        "schools": [feature["id"] for feature in layer.getFeatures(chosen)],
        "first": first,
        "pictures": {code: draw(layer, features[first], code, folder) for code in (3857, 6677)},
    }


MARKER = {"name": "circle", "color": "255,0,0", "outline_style": "no", "size": "4"}


def draw(layer: QgsVectorLayer, place: object, code: int, folder: Path) -> dict:
    """The map around a feature in another system; the colours where it lies and away from it."""
    system = QgsCoordinateReferenceSystem.fromEpsgId(code)
    turned = QgsCoordinateTransform(QgsCoordinateReferenceSystem(STORED), system, QgsProject.instance())
    middle = turned.transform(place)
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(system)
    settings.setOutputSize(QSize(SIZE_PX, SIZE_PX))
    settings.setBackgroundColor(QColor("white"))
    settings.setExtent(
        QgsRectangle(
            middle.x() - HALF_WIDTH_M, middle.y() - HALF_WIDTH_M, middle.x() + HALF_WIDTH_M, middle.y() + HALF_WIDTH_M
        )
    )
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(str(folder / f"{code}.png"))
    pixel = settings.mapToPixel().transform(middle)
    x, y = int(pixel.x()), int(pixel.y())
    return {
        "middle": [middle.x(), middle.y()],
        "there": image.pixelColor(x, y).name(),
        "red": sum(
            image.pixelColor(column, row).name() == "#ff0000" for column in range(SIZE_PX) for row in range(SIZE_PX)
        ),
        "away": image.pixelColor(x - AWAY_PX, y - AWAY_PX).name(),
    }


if __name__ == "__main__":
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    print(json.dumps(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
    QgsProject.instance().clear()
    application.exitQgis()
