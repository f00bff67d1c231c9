"""Not understood: rephrase once, then offer a person, then bring one. A photo without words is not misunderstood, only mute."""

from __future__ import annotations

from typing import Any

from actions import words
from actions.base import Heard, Reply
from actions.draft import Draft, quote
from actions.errand import named_number
from actions.handoff import hand_over
from actions.talking import TalkAction
from bot.app import Services

#: What is said at the first, second and every further message in a row that was not understood.
STEPS = ("utter_rephrase", "utter_offer_person", "utter_person_since_lost")


class ActionDefaultFallback(TalkAction):
    """Takes Rasa's own fallback action's place."""

    action_name = "action_default_fallback"

    def talk(self, heard: Heard, services: Services) -> Reply:
        if heard.is_wordless:
            return Reply().go_on_with("case_form")
        if named_number(heard.text, is_asked=False):
            return Reply().go_on_with("progress_form")
        step = STEPS[min(_times_lost(heard), len(STEPS) - 1)]
        if step == STEPS[-1]:
            return hand_over(heard, services, "not_understood", Reply(step))
        return Reply(step).set(case_draft=_kept(heard))


def _kept(heard: Heard) -> dict[str, Any] | None:
    """The draft with the words that were not understood: they may turn out to be the beginning of a matter."""
    draft = Draft.of(heard.slot("case_draft"))
    if draft.is_empty and heard.inbox_id is not None and not words.says("question", heard.text):
        draft.before, draft.before_shown = [quote(heard.inbox_id)], [heard.text]
    return draft.as_slot()


def _times_lost(heard: Heard) -> int:
    """How many messages right before this one were not understood."""
    lost, turns = 0, _turns(heard)
    for said in reversed(turns[:-1]):
        if not said & set(STEPS):
            break
        lost += 1
    return lost


def _turns(heard: Heard) -> list[set[str]]:
    """For each message of the resident, the responses that followed it."""
    turns: list[set[str]] = [set()]
    for event in heard.tracker.events:
        if event.get("event") == "user":
            turns.append(set())
        elif event.get("event") == "bot":
            turns[-1].add(str((event.get("metadata") or {}).get("utter_action")))
    return turns
