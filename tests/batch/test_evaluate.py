"""Scores are what a person would count; the report says in words and colour what is not enough."""

from __future__ import annotations

import json

import pytest

from benchmarks import evaluate
from benchmarks.evaluate import Measured, below_floor, own_sets, page, reaches
from benchmarks.scoring import SCORES, Score, f1, matched


@pytest.mark.parametrize(("hits", "wrong", "missed", "score"), [(2, 0, 0, 1.0), (1, 1, 1, 0.5), (0, 1, 1, 0.0), (0, 0, 0, 1.0)])
def test_f1(hits: int, wrong: int, missed: int, score: float) -> None:
    assert f1(hits, wrong, missed) == score


@pytest.mark.parametrize(
    ("kind", "gold", "told", "measures"),
    [
        (
            "intents",
            [{"intent": "greet"}, {"intent": "thanks"}],
            [{"intent": "greet"}] * 2,
            {"accuracy": 0.5, "macro_f1": 1 / 3},
        ),
        (
            "safety",
            [{"level": "emergency"}, {"level": "self_harm"}, {"level": "none"}, {"level": "none"}],
            [{"safety": "emergency"}, {"safety": "none"}, {"safety": "emergency"}, {"safety": "none"}],
            {"crisis_recall": 0.5, "false_alarm": 0.5},
        ),
        (
            "slots",
            [{"location": "3号楼", "contact": None, "is_urgent": True}],
            [{"location": "阳光小区3号楼", "contact": "13800138000", "urgent": True}],
            {"location_f1": 1.0, "contact_f1": 0.0, "urgent_f1": 1.0},
        ),
        (
            "pii",
            [{"spans": [{"kind": "phone", "text": "138"}, {"kind": "name", "text": "张三"}]}],
            [{"pii": [{"kind": "phone", "text": "138"}]}],
            {"f1": 2 / 3, "leaked": 0.5},
        ),
        (
            "urgent",
            [{"is_urgent": True}, {"is_urgent": True}, {"is_urgent": False}],
            [{"urgent": True}, {"urgent": False}, {"urgent": False}],
            {"urgent_f1": 2 / 3},
        ),
        (
            "scope",
            [{"kind": "out"}, {"kind": "inject"}, {"kind": "hidden"}, {"kind": "in"}, {"kind": "in"}],
            [
                {"intent": "chitchat", "confidence": 0.9},
                {"intent": "report_problem", "confidence": 0.9},
                {"intent": "report_problem", "confidence": 0.9},
                {"intent": "out_of_scope", "confidence": 0.9},
                {"intent": "ask_policy", "confidence": 0.2},
            ],
            {"caught": 2 / 3, "wrongly_refused": 0.5},
        ),
        ("dialogues", [{"expect": {"outcome": "case_filed"}}], [{"outcome": "case_filed"}], {"outcome": 1.0}),
    ],
)
def test_scores_are_what_one_counts_by_hand(kind: str, gold: list, told: list, measures: dict[str, float]) -> None:
    found = SCORES[kind](gold, told).measures
    assert {name: found[name] for name in measures} == pytest.approx(measures)


def test_confusions_and_worst_groups_come_first() -> None:
    gold = [{"intent": name} for name in ("greet", "thanks", "thanks", "affirm")]
    told = [{"intent": name} for name in ("greet", "affirm", "affirm", "affirm")]
    score = SCORES["intents"](gold, told)
    assert score.confusions == (("thanks", "affirm", 2),)
    assert score.groups[0] == ("thanks", 0.0, 2)


def test_rows_are_matched_by_id_whatever_their_order() -> None:
    assert matched([{"id": 1}, {"id": 2}], [{"id": "2", "x": 1}, {"id": "1"}])[1] == [{"id": "1"}, {"id": "2", "x": 1}]
    with pytest.raises(KeyError):
        matched([{"id": 1}], [])


@pytest.mark.parametrize(
    ("value", "bound", "better", "is_enough"),
    [(0.9, "0.89", "high", True), (0.88, "0.89", "high", False), (0.03, "0.05", "low", True), (0.06, "0.05", "low", False),
     (0.0, "", "high", True)],
)  # fmt: skip
def test_what_is_enough(value: float, bound: str, better: str, is_enough: bool) -> None:
    assert reaches(value, bound, better) is is_enough


def measured(accuracy: float, *, own: bool = True) -> Measured:
    score = Score(10, {"accuracy": accuracy, "macro_f1": 0.99}, (("thanks", "<b>", 2),), (("greet", 0.25, 4),))
    return Measured("intents", "tests/nlu/floor.jsonl", score, 3.0, own)


@pytest.mark.parametrize(("accuracy", "words"), [(0.97, "✓ 到了目标"), (0.90, "✓ 够了"), (0.5, "✗ 不够")])
def test_the_page_says_what_is_enough_in_words(accuracy: float, words: str) -> None:
    made = page([measured(accuracy)], "2026-11-23 10:00")
    assert words in made
    assert "&lt;b&gt;" in made
    assert "<script" not in made and "http" not in made


def test_only_our_own_sets_have_a_floor() -> None:
    assert below_floor([measured(0.5), measured(0.5, own=False)]) == ["tests/nlu/floor.jsonl：意图：准确率 0.500，底线 0.85"]
    assert below_floor([measured(0.9)]) == []


def test_our_own_sets_are_there_and_can_be_read(tmp_path) -> None:
    found = {kind: file for kind, _, file in own_sets(tmp_path)}
    assert set(found) == {"intents", "safety", "slots", "pii", "urgent", "scope"}
    for file in found.values():
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        assert len({row["id"] for row in rows}) == len(rows) > 10
        assert all(row["text"] for row in rows)


def test_every_measure_of_the_table_is_one_that_is_scored() -> None:
    for kind in ("intents", "safety", "slots", "pii"):
        assert evaluate.musts(kind)
