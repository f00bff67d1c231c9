"""Short human answers to what is neither a matter nor a question, and to facts told before any matter."""

from __future__ import annotations

from actions import words
from actions.base import Heard, Reply, ServiceAction
from actions.draft import Draft
from actions.filing import resume
from actions.handoff import hand_over
from bot.app import Services
from bot.text.flags import names_region

#: After these a yes means: yes, a person please.
OFFERS_A_PERSON = frozenset({"utter_offer_person", "utter_policy_not_found", "utter_policy_near", "utter_no_case_of_yours"})


class ActionSmallTalk(ServiceAction):
    """Says the response named after the intent, unless the words open a matter or take one up."""

    action_name = "action_small_talk"

    def act(self, heard: Heard, services: Services) -> Reply:
        if is_taken_up(heard):
            return resume(heard)
        if heard.form is None and words.says("bare", heard.text):
            return Reply().go_on_with("case_form")
        return Reply(f"utter_{heard.intent}")


class ActionTakePlace(ServiceAction):
    """A place before any matter opens one, unless a policy question waits for a region."""

    action_name = "action_take_place"

    def act(self, heard: Heard, services: Services) -> Reply:
        if heard.slot("policy_question") and names_region(heard.text):
            return Reply().go_on_with("action_answer_policy")
        return resume(heard) if is_taken_up(heard) else Reply().go_on_with("case_form")


class ActionTakeContact(ServiceAction):
    """A number before any matter opens one."""

    action_name = "action_take_contact"

    def act(self, heard: Heard, services: Services) -> Reply:
        return Reply().go_on_with("case_form")


class ActionAffirm(ServiceAction):
    """A yes outside any form: to the draft that was laid aside, to the person that was offered, or to nothing."""

    action_name = "action_affirm"

    def act(self, heard: Heard, services: Services) -> Reply:
        if is_taken_up(heard) or (last_said(heard) == "utter_case_dropped" and Draft.of(heard.slot("case_draft")).parked):
            return resume(heard)
        if last_said(heard) in OFFERS_A_PERSON and (heard.is_button or words.is_yes(heard.text)):
            return hand_over(heard, services, "asked", Reply("utter_person_comes"))
        return Reply("utter_affirm")


class ActionDeny(ServiceAction):
    """A no outside any form."""

    action_name = "action_deny"

    def act(self, heard: Heard, services: Services) -> Reply:
        return resume(heard) if is_taken_up(heard) else Reply("utter_deny")


def is_taken_up(heard: Heard) -> bool:
    """Whether the resident takes up the matter they laid aside."""
    draft = Draft.of(heard.slot("case_draft"))
    return draft.parked and bool(draft.description) and words.says("again", heard.text)


def last_said(heard: Heard) -> str | None:
    """The response the bot said last."""
    for event in reversed(heard.tracker.events):
        if event.get("event") == "bot":
            return (event.get("metadata") or {}).get("utter_action")
    return None
