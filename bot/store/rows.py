"""Reads a table of the district from a file."""

from __future__ import annotations

import csv
from pathlib import Path


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header. Raises OSError or UnicodeDecodeError."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
