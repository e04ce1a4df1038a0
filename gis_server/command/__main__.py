"""Entry of ``./gis``: run as a folder, by whichever Python is new enough, from whichever current folder."""

import sys
from pathlib import Path

# A folder that is run becomes the first place of imports; its modules belong below their packages' names.
sys.path[0] = str(Path(__file__).resolve().parents[2])

from gis_server.command.main import main  # noqa: E402 - the path has to be set first

sys.exit(main(sys.argv[1:]))
