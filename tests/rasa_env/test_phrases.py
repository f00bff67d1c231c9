"""The training phrases: enough of them, none twice, none that the floor is measured with."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.rasa_components.reading import reading
from bot.text.normalize import even

ROOT = Path(__file__).resolve().parents[2]
BROAD = {
    "report_problem", "ask_policy", "request_service", "report_dispute", "emergency",
    "self_harm", "out_of_scope", "chitchat", "insult_or_vent",
}  # fmt: skip
INTENTS = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_is_said_in_many_ways(intent: str, phrases: dict[str, list[str]]) -> None:
    assert len(phrases[intent]) >= (120 if intent in BROAD else 60)


def test_no_intent_is_taught_that_the_domain_does_not_know(phrases: dict[str, list[str]]) -> None:
    assert set(phrases) == set(INTENTS)


def test_no_phrase_is_taught_twice(phrases: dict[str, list[str]]) -> None:
    counted = Counter(phrase for examples in phrases.values() for phrase in examples)
    assert [phrase for phrase, times in counted.items() if times > 1] == []


def test_no_phrase_reads_the_same_in_two_intents(phrases: dict[str, list[str]]) -> None:
    intents: dict[str, set[str]] = {}
    for intent, examples in phrases.items():
        for phrase in examples:
            intents.setdefault(reading(phrase), set()).add(intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


def test_the_floor_is_not_taught(phrases: dict[str, list[str]], floor: list[dict[str, str]]) -> None:
    taught = {even(phrase) for examples in phrases.values() for phrase in examples}
    assert [row["text"] for row in floor if even(row["text"]) in taught] == []


@pytest.mark.parametrize("intent", INTENTS)
def test_the_floor_has_every_intent(intent: str, floor: list[dict[str, str]]) -> None:
    assert sum(row["intent"] == intent for row in floor) >= 12


@pytest.mark.parametrize("file", sorted((ROOT / "data" / "nlu").glob("*.yml")), ids=lambda file: file.stem)
def test_a_file_of_phrases_can_be_read_in_one_go(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 400
