"""How often the same matter is found again, and how often another one is shown for it: `python -m benchmarks.duplicates DATA`.

DATA holds `hotspot_votes.jsonl`: titles of real messages with the groups several teams put them in. Two messages are one
matter where two teams or more put both into one group. `hotspots.jsonl` beside it holds the rest of the messages:
strangers, which none of the teams put into any group, so whatever is shown for them counts as wrong. Every message is held
against all others, with the code and the line (`SAME_FROM`) the service uses; the service looks within one category and
grid besides, which can only show less.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from bot.cases.nearness import SAME_FROM, Alike

AGREE, TOP = 2, 5


def partners(rows: list[dict[str, str]]) -> dict[str, set[str]]:
    """id → ids of the same matter."""
    found: dict[str, set[str]] = defaultdict(set)
    teams = sorted({key for row in rows for key in row if key.startswith("team_")})
    for one, other in combinations(rows, 2):
        if sum(one.get(team) is not None and one.get(team) == other.get(team) for team in teams) >= AGREE:
            found[one["id"]].add(other["id"])
            found[other["id"]].add(one["id"])
    return found


def measure(rows: list[dict[str, str]]) -> dict[str, float]:
    """Shares: found among the first five; shown above the line; and of what is shown first, how much is another matter."""
    pool = Alike({row["id"]: row["title"] for row in rows})
    same = partners(rows)
    asked = [row for row in rows if same.get(row["id"])]
    found = shown = wrong = 0
    for row in asked:
        near = [(likeness, key) for likeness, key in pool.nearest(row["title"], TOP + 1) if key != row["id"]][:TOP]
        found += any(key in same[row["id"]] for _, key in near)
        above = [key for likeness, key in near if likeness >= SAME_FROM][:1]
        shown += bool(above)
        wrong += bool(above) and above[0] not in same[row["id"]]
    return {
        "asked": float(len(asked)), "found in top 5": found / len(asked), "shown": shown / len(asked),
        "false among shown": wrong / max(1, shown),
    }  # fmt: skip


def main(folder: Path) -> None:
    """Print the measures of a data folder."""
    rows, others = (_read(folder / name) for name in ("hotspot_votes.jsonl", "hotspots.jsonl"))
    known = {row["id"] for row in rows}
    strangers = [row["留言主题"] for row in others if row["留言编号"] not in known]
    for name, value in (measure(rows) | {"shown to strangers": to_strangers(rows, strangers)}).items():
        print(f"{name}: {value:.3f}")


def to_strangers(rows: list[dict[str, str]], titles: list[str]) -> float:
    """The share of other messages for which something is shown."""
    pool = Alike({row["id"]: row["title"] for row in rows})
    shown = [near for near in (pool.nearest(title, 1) for title in titles) if near and near[0][0] >= SAME_FROM]
    return len(shown) / max(1, len(titles))


def _read(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
