"""Whole conversations through gateway, a running Rasa, our actions and the database. The scripts are the YAML files here.

A turn is what the resident writes (several lines: several messages in a row), or a pressed button in 【】. `asks`: what the
bot asks for last. `did`: what it did. `says`: words of its answer. For the whole script `never`: words no answer may hold,
`never_asks`: what may not be asked for. `ends`: what is filed in the end; `at` and `tells` are parts of place and words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.services.views import MessageView
from tests.conversations.running import Town, running_town

SCRIPTS = [
    pytest.param(script, id=f"{file.stem}: {script['script']}")
    for file in sorted(Path(__file__).parent.glob("*.yml"))
    for script in yaml.safe_load(file.read_text(encoding="utf-8"))
]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running_town(tmp_path_factory.mktemp("town")) as town:
        yield town


def asked(answers: list[MessageView]) -> str | None:
    """What was asked for last."""
    return next((answer.asked for answer in reversed(answers) if answer.asked), None)


def holds(case: dict[str, Any], key: str, wanted: Any) -> bool:
    """Whether a filed case is as the script wants it."""
    if key == "at":
        return wanted in case["location"]
    if key == "tells":
        return all(words in case["description"] for words in wanted)
    return case[key] == wanted


def check(turn: dict[str, Any], answers: list[MessageView]) -> None:
    """Whether the answers to one turn are as the script wants them."""
    texts = "\n".join(answer.text for answer in answers)
    assert answers, f"silence after {turn}"
    if "asks" in turn:
        assert turn["asks"] == asked(answers), texts
    if "did" in turn:
        assert [act for answer in answers for act in answer.did] == turn["did"], texts
    for words in turn.get("says", []):
        assert words in texts


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_conversation(town: Town, script: dict[str, Any]) -> None:
    resident = town.resident()
    for turn in script["turns"]:
        answers = [answer for line in turn["resident"].strip().split("\n") for answer in resident.say(line)]
        check(turn, answers)
        assert asked(answers) not in script.get("never_asks", [])
        for words in script.get("never", []):
            assert all(words not in answer.text for answer in answers)
    ends = script.get("ends") or {}
    cases = resident.cases()
    assert len(cases) == len(ends.get("cases", [])), cases
    for case, wanted in zip(cases, ends.get("cases", []), strict=True):
        assert all(holds(case, key, value) for key, value in wanted.items()), (case, wanted)
    assert resident.owner() == ends.get("owner", "bot")
