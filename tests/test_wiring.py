"""Domain, rules, responses and actions agree: nothing is named that is not there, nothing is there that is never named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.case_form import ASIDE, AT_ONCE
from actions.endpoint import build_executor
from actions.errand import TASKS
from actions.words import TABLE
from bot.cases import errors
from bot.cases.errors import ServiceError

ROOT = Path(__file__).parent.parent
#: Codes of Invalid that a resident can bring about; staff's own are in data/district/texts.csv.
RESIDENTS_INVALID = ("invalid_description", "invalid_grade", "invalid_score", "invalid_master", "invalid_category")


def load(path: str | Path) -> dict[str, Any]:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


DOMAIN = load("domain.yml")
RULE_FILES = sorted((ROOT / "data/rules").glob("*.yml"))
RESPONSE_FILES = sorted((ROOT / "data/responses").glob("*.yml"))
RULES = [rule for file in RULE_FILES for rule in load(file)["rules"]]
RESPONSES = {name: texts for file in RESPONSE_FILES for name, texts in load(file)["responses"].items()}
SOURCES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "actions").glob("*.py")}


def buttons() -> Iterator[dict[str, str]]:
    for texts in RESPONSES.values():
        for text in texts:
            yield from text.get("buttons", [])


def steps_named(key: str) -> set[str]:
    flat = [step for rule in RULES for step in rule["steps"]]
    flat += [inner for step in flat for inner in step.get("or", [])]
    return {step[key] for step in flat if key in step}


def named_in_code() -> set[str]:
    """Responses an action names; a name that ends in a blank stands for all that begin like it."""
    return {name for text in SOURCES.values() for name in re.findall(r"\"(utter_[a-z_]+)[\"{]", text)} - {"utter_action"}


def test_every_action_in_the_domain_is_written_and_none_is_forgotten() -> None:
    assert set(build_executor().actions) == set(DOMAIN["actions"])


def test_no_sentence_is_defined_twice() -> None:
    names = [name for file in RESPONSE_FILES for name in load(file)["responses"]]
    assert sorted(names) == sorted(set(names))
    assert "responses" not in DOMAIN


def test_rules_name_only_intents_and_actions_that_there_are() -> None:
    forms = set(DOMAIN["forms"])
    known = set(DOMAIN["actions"]) | forms | set(RESPONSES) | {"action_deactivate_loop"}
    assert steps_named("action") <= known
    assert steps_named("intent") <= {*DOMAIN["intents"], "nlu_fallback"}


def test_every_intent_leads_somewhere_outside_a_form() -> None:
    answered = set()
    for rule in RULES:
        if rule.get("condition", [{"active_loop": None}]) == [{"active_loop": None}]:
            first = rule["steps"][0]
            answered |= {step["intent"] for step in first.get("or", [first])}
    assert answered >= set(DOMAIN["intents"])


@pytest.mark.parametrize("intent", sorted({*AT_ONCE, *ASIDE} - {"emergency", "self_harm", "talk_to_human"}))
def test_what_the_case_form_leaves_to_the_rules_has_a_rule_there(intent: str) -> None:
    inside = [rule for rule in RULES if rule.get("condition") == [{"active_loop": "case_form"}]]
    firsts = [rule["steps"][0] for rule in inside]
    assert any(intent in [step.get("intent") for step in first.get("or", [first])] for first in firsts)


def test_every_rule_has_a_name_of_its_own_that_is_a_sentence() -> None:
    names = [rule["rule"] for rule in RULES]
    assert len(names) == len(set(names))
    assert all(len(name.split()) > 5 and name[0].isupper() for name in names)


def test_every_response_an_action_names_exists() -> None:
    for name in named_in_code():
        assert name in RESPONSES or any(other.startswith(name) for other in RESPONSES), name


def test_every_response_is_said_by_somebody() -> None:
    asked = {f"utter_ask_{form}_{slot}" for form, body in DOMAIN["forms"].items() for slot in body["required_slots"]}
    by_intent = {f"utter_{prefix}{intent}" for intent in DOMAIN["intents"] for prefix in ("", "kept_")}
    named = named_in_code()
    for name in RESPONSES:
        is_built = any(name.startswith(stem) for stem in named if stem.endswith("_"))
        built_with_ending = any(name.startswith(f"{stem}_") for stem in named)
        assert name in named | asked | by_intent | steps_named("action") or is_built or built_with_ending, name


@pytest.mark.parametrize("form", DOMAIN["forms"])
def test_every_slot_of_a_form_can_be_asked_for(form: str) -> None:
    for slot in DOMAIN["forms"][form]["required_slots"]:
        assert slot in DOMAIN["slots"]
        assert f"action_ask_{form}_{slot}" in DOMAIN["actions"] or f"utter_ask_{form}_{slot}" in RESPONSES


def test_every_question_says_what_it_asks() -> None:
    for name, texts in RESPONSES.items():
        if name.startswith(("utter_ask_case_form", "utter_ask_progress_form", "utter_case_card")):
            assert all(text["custom"]["asked"] for text in texts), name


ERRORS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, ServiceError)]


@pytest.mark.parametrize("error", ERRORS)
def test_every_refusal_has_a_sentence(error: type[ServiceError]) -> None:
    assert f"utter_error_{error.code}" in RESPONSES


@pytest.mark.parametrize("code", RESIDENTS_INVALID)
def test_every_mistake_a_resident_can_make_has_a_sentence(code: str) -> None:
    assert f"utter_error_{code}" in RESPONSES


def test_every_button_speaks_of_a_known_intent_with_a_choice_at_most() -> None:
    intents = "|".join(DOMAIN["intents"])
    for button in buttons():
        assert re.fullmatch(rf"/(?:{intents})(?:\{{\"choice\": \"[a-z0-9]+\"\}})?", button["payload"]), button
        assert len(button["title"]) <= 8, button


def test_tasks_and_slots_are_known_to_rasa() -> None:
    assert set(TASKS) <= set(DOMAIN["intents"])
    set_in_code = {name for text in SOURCES.values() for name in re.findall(r"[(, ]((?:case|progress|policy)_[a-z]+)=", text)}
    assert set_in_code <= set(DOMAIN["slots"])


def test_the_words_are_valid_and_named_once() -> None:
    kinds = [line.split("\t")[0] for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert len(kinds) == len(set(kinds))
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and line[0] != "#":
            re.compile(line.split("\t")[1])


def test_no_file_is_longer_than_400_lines() -> None:
    for path in [*RULE_FILES, *RESPONSE_FILES, *SOURCES, ROOT / "domain.yml"]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path
