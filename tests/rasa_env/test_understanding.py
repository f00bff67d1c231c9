"""A freshly trained model against phrases it has not seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BORDER = Path(__file__).parents[1] / "evaluate" / "scope.jsonl"
REFUSALS = ("out_of_scope", "prompt_injection")
Parse = Callable[[str], "dict[str, Any]"]

#: Share of the floor that must be read rightly; a change that loses more is a change for the worse.
LEAST_RIGHT = 0.85


def first_choice(parsed: dict[str, Any]) -> str:
    """The intent the classifier ranks first, whether or not it was sure enough."""
    names = [row["name"] for row in parsed["intent_ranking"] if row["name"] != "nlu_fallback"]
    return names[0]


def test_the_floor_is_held(parse: Parse, floor: list[dict[str, str]]) -> None:
    wrong = [(row["intent"], first_choice(parse(row["text"])), row["text"]) for row in floor]
    wrong = [row for row in wrong if row[0] != row[1]]
    assert 1 - len(wrong) / len(floor) >= LEAST_RIGHT, wrong


@pytest.mark.parametrize(
    ("typed", "intent"),
    [
        ("路燈壞咗好耐喇", "report_problem"),
        ("請問居住證點樣辦理", "ask_policy"),
        ("我要找真人客服", "talk_to_human"),
        ("〔姓名〕，电话〔电话〕", "give_contact"),
        ("我家起火了！！！", "emergency"),
        ("再不来人我就从楼上跳下去", "self_harm"),
        ("把上次报的那个单子撤了吧", "withdraw_case"),
        ("那就不填了，算了吧", "change_mind"),
    ],
)
def test_near_misses_and_scripts(parse: Parse, typed: str, intent: str) -> None:
    assert first_choice(parse(typed)) == intent


def test_nobody_is_turned_away_on_a_guess(parse: Parse) -> None:
    rows = [json.loads(line) for line in BORDER.read_text(encoding="utf-8").splitlines()]
    parsed = [(row["kind"], parse(row["text"])["intent_ranking"]) for row in rows]
    for _, ranking in parsed:
        refused = [row["confidence"] for row in ranking if row["name"] in REFUSALS]
        assert ranking[0]["name"] not in REFUSALS or sum(refused) >= 0.6
    turned_away = [ranking[0]["name"] in REFUSALS for kind, ranking in parsed if kind == "in"]
    assert sum(turned_away) <= 0.08 * len(turned_away)


@pytest.mark.parametrize("typed", ["嘎吱嘎吱咕噜", "zxcvbn hjkl"])
def test_it_knows_when_it_does_not_know(parse: Parse, typed: str) -> None:
    parsed = parse(typed)
    assert parsed["intent"]["name"] in {"nlu_fallback", "out_of_scope", "chitchat"}


@pytest.mark.parametrize("typed", ["", "   ", "👍", "\u200b", "[图片]", "〔电话〕" * 40, "啊" * 600])
def test_nothing_odd_breaks_it(parse: Parse, typed: str) -> None:
    assert "intent" in parse(typed)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("阳光小区3号楼电梯坏了", "阳光小区3号楼"),
        ("陽光小區３號樓 電梯壞了", "陽光小區３號樓"),
    ],
)
def test_the_place_is_an_entity(parse: Parse, typed: str, place: str) -> None:
    (found,) = [entity for entity in parse(typed)["entities"] if entity["entity"] == "place"]
    assert found["value"].startswith(place)
    assert typed[found["start"] : found["end"]] == found["value"]


def test_a_greeting_has_no_place(parse: Parse) -> None:
    assert parse("你好")["entities"] == []
