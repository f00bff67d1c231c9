"""An action that breaks: the resident hears a sentence and is offered a person; breaks it again, one is called."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from actions.endpoint import build_executor
from bot.app import Services
from bot.channels.rasa import read_replies
from bot.services.views import Utterance
from tests.actions.talk import Talk
from tests.builders import process, said, write
from tests.fakes import FakeBotEngine

EXECUTOR = build_executor()


class OneAction(FakeBotEngine):
    """Has every message answered by one real action, and hands its answer over as Rasa does."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action

    def reply(self, conversation_id: str, text: str, metadata: dict[str, Any], *, again: bool) -> Sequence[Utterance]:
        message = {"text": text, "intent": {"name": "ask_policy", "confidence": 0.9}, "entities": [], "metadata": metadata}
        tracker = {
            "sender_id": conversation_id, "slots": {}, "latest_message": message, "events": [], "paused": False,
            "followup_action": None, "latest_action_name": None, "active_loop": {},
        }  # fmt: skip
        call = {"next_action": self.action, "sender_id": conversation_id, "tracker": tracker}
        result = asyncio.run(EXECUTOR.run(call))
        assert result is not None
        shown = [{"text": one.get("text") or one["response"], "custom": one.get("custom")} for one in result.responses]
        return read_replies(shown)


@pytest.fixture
def broken(services: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Services in which the resident's own words cannot be read: every action that needs them meets an exception."""

    def breaks(*_: object) -> str:
        raise RuntimeError("a bug")

    monkeypatch.setattr(services.conversations, "original", breaks)
    return services


@pytest.mark.parametrize("action", ["action_answer_policy", "validate_case_form", "validate_progress_form"])
def test_the_first_offers_a_person_and_the_second_calls_one(broken: Services, action: str) -> None:
    broken.turns.engine = OneAction(action)
    conversation = write(broken, "居住证怎么办")
    process(broken)
    assert broken.handoff.get(conversation).owner == "bot"
    assert said(broken, conversation)[0] == "utter_error_unexpected"
    assert broken.texts("offer_person_broken") in said(broken, conversation)
    write(broken, "那要带什么材料")
    process(broken)
    found = broken.handoff.get(conversation)
    assert (found.owner, found.queue_reason) == ("queued", "broken")


def test_a_broken_photo_is_thought_of_as_well(broken: Services) -> None:
    broken.turns.engine = OneAction("action_answer_policy")
    conversation = write(broken, "", kind="photo")
    process(broken)
    assert broken.texts("offer_person_broken") in said(broken, conversation)


def test_a_form_in_which_it_breaks_goes_on_asking_the_same(broken: Services) -> None:
    talk = Talk(broken, form="case_form")
    talk.active, talk.slots = True, {"requested_slot": "case_location"}
    talk.write("阳光小区3号楼", "inform").run("validate_case_form")
    assert (talk.said, talk.did, talk.asked) == (["utter_error_unexpected"], ["error"], "case_location")
