"""Runs the code cells of a notebook one after another, as Jupyter would, without bringing Jupyter.

python notebook_program.py NOTEBOOK
"""

import json
import sys
from pathlib import Path


def main(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    names: dict = {"__name__": "__main__"}
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{notebook.name}, cell {number}", "exec"), names)  # noqa: S102


if __name__ == "__main__":
    main(Path(sys.argv[1]))
