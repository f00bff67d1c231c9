"""How much understanding is lost when a phrase is written otherwise: each phrase plain and in every form `bot variants` makes.

usage: .venv/bin/python -m benchmarks.variants [tests/nlu/floor.jsonl] [--limit 0.05] [--misses N]

Phrases are read as in service: safety check, personal data masked, then the trained Rasa model (the running one, or one of
our own). A phrase that a kind leaves as it is does not count for that kind. Exit code 1: more is lost than `--limit`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from rich.progress import track

from bot.batch.rasa_process import rasa_at_hand
from bot.batch.understand import read_intent
from bot.batch.variants import KINDS, variant
from bot.channels.rasa import RasaEngine
from bot.safety import redact, triage
from bot.settings import ROOT, read_settings

Understand = Callable[[str], str]


def main() -> None:
    """Print a line for each kind and one for all together."""
    options = _arguments()
    rows = [json.loads(line) for line in options.labelled.read_text(encoding="utf-8").splitlines() if line.strip()]
    with rasa_at_hand(read_settings()) as engine:
        understand = cache(_reader(engine))
        right = sum(understand(row["text"]) == row["intent"] for row in track(rows, description="原句"))
        print(f"{'plain, all':<16}{len(rows):>8}{right / len(rows):>8.3f}")
        print(f"\n{'kind':<16}{'phrases':>8}{'plain':>8}{'variant':>9}{'drop':>8}")
        pairs = [pair for kind in KINDS for pair in _measure(kind, rows, understand, options)]
    lost = _line("all", pairs)
    sys.exit(1 if lost > options.limit else 0)


def _measure(
    kind: str, rows: list[dict[str, str]], understand: Understand, options: argparse.Namespace
) -> list[tuple[bool, bool]]:
    """For each phrase that `kind` changes: whether it is understood plain, and whether changed. Prints the line."""
    pairs, misses = [], []
    for row in rows:
        made = variant(row["text"], kind, options.seed)
        if made is None:
            continue
        plain, other = understand(row["text"]), understand(made)
        pairs.append((plain == row["intent"], other == row["intent"]))
        if pairs[-1] == (True, False):
            misses.append(f"    {row['text']} → {made}: {row['intent']} → {other}")
    _line(kind, pairs)
    for miss in misses[: options.misses]:
        print(miss)
    return pairs


def _line(name: str, pairs: list[tuple[bool, bool]]) -> float:
    plain, other = (sum(pair[side] for pair in pairs) / max(1, len(pairs)) for side in (0, 1))
    print(f"{name:<16}{len(pairs):>8}{plain:>8.3f}{other:>9.3f}{plain - other:>8.3f}", flush=True)
    return plain - other


def _reader(engine: RasaEngine) -> Understand:
    def understand(text: str) -> str:
        return read_intent(engine.parse(redact.mask(text)), triage.assess(text))[0]

    return understand


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="?", type=Path, default=ROOT / "tests" / "nlu" / "floor.jsonl")
    parser.add_argument("--limit", type=float, default=0.05, help="accuracy all kinds together may lose")
    parser.add_argument("--misses", type=int, default=0, help="show so many phrases of each kind that are lost")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other mistakes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
