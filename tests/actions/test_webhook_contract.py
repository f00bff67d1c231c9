"""What Rasa 3.6.21 really sends, recorded from it, is understood by the newer SDK we run; what we answer, Rasa accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from actions.endpoint import actions_router
from bot.app import Services
from tests.builders import incoming

RECORDED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("rasa_3_6_21_calls.json").read_text(encoding="utf-8"))
IDS = [call["next_action"] for call in RECORDED]


@pytest.fixture
def client(services: Services) -> TestClient:
    app = FastAPI()
    app.include_router(actions_router())
    return TestClient(app)


def addressed(call: dict[str, Any], services: Services) -> dict[str, Any]:
    """The recorded call, about a conversation and a message that exist here."""
    accepted = services.conversations.accept(incoming(call["tracker"]["latest_message"]["text"]))
    call = json.loads(json.dumps(call))
    call["sender_id"] = call["tracker"]["sender_id"] = accepted.conversation_id
    call["tracker"]["latest_message"]["metadata"]["inbox_id"] = accepted.inbox_id
    return call


@pytest.mark.parametrize("call", RECORDED, ids=IDS)
def test_a_call_as_rasa_sends_it_is_answered(client: TestClient, services: Services, call: dict[str, Any]) -> None:
    answer = client.post("/webhook", json=addressed(call, services))
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"events", "responses"}
    assert all(isinstance(event["event"], str) for event in body["events"])
    assert all(response["response"].startswith("utter_") for response in body["responses"])


def test_only_the_validation_of_a_form_gets_the_domain() -> None:
    """With enable_selective_domain; the SDK by itself would answer 449 to the other call."""
    assert ["domain" in call for call in RECORDED] == [True, False]
    assert {call["version"] for call in RECORDED} == {"3.6.21"}


def test_an_unknown_action_is_a_404(client: TestClient, services: Services) -> None:
    call = addressed(RECORDED[1], services) | {"next_action": "action_nobody_wrote"}
    assert client.post("/webhook", json=call).status_code == 404


def test_health(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}
