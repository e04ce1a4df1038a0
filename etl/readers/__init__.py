"""One file per format. The order is that in which a file is offered to them: the most particular first."""

from etl.readers.base import Options, Reader
from etl.readers.cap import CAP
from etl.readers.graphml import GRAPHML
from etl.readers.gsi import SHELTERS, SITES
from etl.readers.hazards import HAZARD_ZONES
from etl.readers.jma import JMA
from etl.readers.kml import COURSES
from etl.readers.ogr import GIS_FILE
from etl.readers.osm import EXTRACT
from etl.readers.outlines import OUTLINES
from etl.readers.own_export import OWN_EXPORT
from etl.readers.tables import TABLE
from etl.readers.towns import TOWNS
from etl.readers.walking import WALKING_NETWORK

READERS: tuple[Reader, ...] = (
    OWN_EXPORT,
    SITES,
    SHELTERS,
    OUTLINES,
    TOWNS,
    COURSES,
    EXTRACT,
    GRAPHML,
    WALKING_NETWORK,
    HAZARD_ZONES,
    JMA,
    CAP,
    TABLE,
    GIS_FILE,
)

__all__ = ["READERS", "Options", "Reader"]
