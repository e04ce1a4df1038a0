"""Everything that Django keeps tables for: the catalogue's layers, their sources, the log of changes, rasters."""

from layers import catalog  # noqa: F401 - declares the layers' models
from layers.added.models import AddedLayer  # noqa: F401
from layers.changes import Change, ChangedRow, Revision  # noqa: F401
from layers.feature import Source  # noqa: F401
from layers.gazetteer.models import Place, PlacesRead  # noqa: F401
from layers.raster import Raster  # noqa: F401
