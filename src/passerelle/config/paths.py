"""Where the running house keeps its files."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
VAR = Path(os.environ.get("PASSERELLE_VAR", PROJECT / "var")).resolve()
