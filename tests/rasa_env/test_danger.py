"""The second opinion on danger, in a model trained now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.safety.triage import CRISIS_LEVELS

Parse = Callable[[str], "dict[str, Any]"]
ROOT = Path(__file__).resolve().parents[2]
#: Floors under what scripts/fit_opinion.py printed (decision 0014): file, recall, false alarms.
FLOORS = [("held_out.tsv", 0.87, 0.05), ("fresh.tsv", 0.92, 0.08)]


@pytest.mark.parametrize(("name", "recall", "false_alarm"), FLOORS)
def test_danger_in_wording_nobody_foresaw(parse: Parse, name: str, recall: float, false_alarm: float) -> None:
    lines = (ROOT / "tests" / "safety" / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and line[0] != "#"]
    danger = [parse(said)["intent"]["name"] in CRISIS_LEVELS for level, _, said in rows if level in CRISIS_LEVELS]
    calm = [parse(said)["intent"]["name"] in CRISIS_LEVELS for level, _, said in rows if level == "none"]
    assert sum(danger) >= recall * len(danger)
    assert sum(calm) <= false_alarm * len(calm)


@pytest.mark.parametrize(
    ("said", "level"), [("屋里全是煤气味，头晕", "emergency"), ("我不想活了", "self_harm"), ("路灯坏了", "none")]
)
def test_the_opinion_stands_beside_the_intent(parse: Parse, said: str, level: str) -> None:
    parsed = parse(said)
    assert parsed["danger"]["level"] == level
    assert (parsed["intent"]["name"] == level) == (level != "none")
    assert sum(row["confidence"] for row in parsed["intent_ranking"]) <= 1.01 + parsed["danger"]["confidence"]
