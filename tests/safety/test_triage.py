"""Danger in many voices: the table cases.tsv is our own writing, never the sets that judge us."""

import time
from pathlib import Path

import pytest

from bot.safety.rules import rules
from bot.safety.texts import advice, read_texts
from bot.safety.triage import assess


def rows(name: str) -> list[list[str]]:
    """The rows of a table beside this file."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and line[0] != "#"]


ROWS = rows("cases.tsv")
#: Wording that neither a rule nor a weight has seen, hard on purpose: level, kind, sentence.
UNSEEN = rows("held_out.tsv")
#: The same, written later by somebody who had read none of it.
FRESH = rows("fresh.tsv")
CRISIS = ("emergency", "self_harm")
#: Floors under what was measured when the tables were last fitted (decision 0014): recall, false alarms.
FLOORS = [pytest.param(UNSEEN, 0.90, 0.06, id="held out"), pytest.param(FRESH, 0.95, 0.12, id="fresh")]
#: Known misses may not grow: this share of all rows must be right.
RIGHT = 0.98


@pytest.mark.parametrize("said", [row[1] for row in ROWS if row[0] in CRISIS])
def test_no_crisis_is_overlooked(said: str) -> None:
    assert assess(said).level in CRISIS


@pytest.mark.parametrize("said", [row[1] for row in ROWS if row[0] == "none"])
def test_calm_messages_raise_no_alarm(said: str) -> None:
    assert assess(said).level not in CRISIS


def test_the_level_is_right_in_nearly_all_rows() -> None:
    wrong = [(level, assess(said).level, said) for level, said in ROWS if assess(said).level != level]
    assert len(wrong) <= (1 - RIGHT) * len(ROWS), wrong


@pytest.mark.parametrize(("table", "recall", "false_alarm"), FLOORS)
def test_danger_in_wording_nobody_foresaw(table: list[list[str]], recall: float, false_alarm: float) -> None:
    danger = [assess(said).level in CRISIS for level, _, said in table if level in CRISIS]
    calm = [assess(said).level in CRISIS for level, _, said in table if level == "none"]
    assert sum(danger) >= recall * len(danger)
    assert sum(calm) <= false_alarm * len(calm)


def test_what_is_measured_was_never_learnt() -> None:
    folder = Path(__file__).parents[2] / "data" / "safety"
    learnt = {line.split("\t")[-1] for path in folder.glob("*.tsv") for line in path.read_text("utf-8").splitlines()}
    assert not learnt & {said for _, _, said in UNSEEN + FRESH}


def test_only_a_likely_crisis_stops_the_conversation() -> None:
    stopped = [(level, said) for level, _, said in UNSEEN for found in [assess(said)] if found.level in CRISIS and found.sure]
    calm = [said for level, said in stopped if level not in CRISIS]
    assert len(calm) <= 0.2 * len(stopped)


def test_an_answer_takes_less_than_five_milliseconds() -> None:
    said = [row[1] for row in ROWS]
    assess(said[0])
    started = time.process_time()
    for text in said:
        assess(text)
    assert (time.process_time() - started) / len(said) < 0.005


@pytest.mark.parametrize(("kind", "level"), sorted({(rule.kind, rule.level) for rule in rules() if rule.level != "none"}))
def test_every_kind_of_danger_has_its_own_text(kind: str, level: str) -> None:
    assert f"{kind}:{level}" in read_texts()
    assert advice(kind, level)


@pytest.mark.parametrize(
    ("kind", "number"), [("fire", "119"), ("medical", "120"), ("violence", "110"), ("suicide", "12356"), ("domestic", "12338")]
)
def test_the_right_number_is_said(kind: str, number: str) -> None:
    assert number in advice(kind)
