"""Danger in many voices: the table cases.tsv is our own writing, never the sets that judge us."""

import time
from pathlib import Path

import pytest

from bot.safety.rules import rules
from bot.safety.texts import advice, read_texts
from bot.safety.triage import assess

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases.tsv").read_text(encoding="utf-8").splitlines()
    if line and line[0] != "#"
]
CRISIS = ("emergency", "self_harm")
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
