"""The fixed sentences said in danger. They are district data (`safety_texts.csv`): a city edits them, two people sign."""

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[2] / "data" / "district" / "safety_texts.csv"
#: Said when a kind has no sentence of its own.
FALLBACK_KIND = "general"


@cache
def read_texts(path: Path = FILE) -> dict[str, str]:
    """Sentence by kind and level (`fire`, `fire:emergency`). Raises OSError when the file is missing."""
    texts: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            texts.setdefault(row["kind"], row["text"])
            texts[f"{row['kind']}:{row['level']}"] = row["text"]
    return texts


def advice(kind: str, level: str = "") -> str:
    """What to say for this kind of danger; where a kind has two levels, `level` chooses."""
    texts = read_texts()
    return texts.get(f"{kind}:{level}") or texts.get(kind) or texts[FALLBACK_KIND]
