"""Short human answers to what is neither a matter nor a question, and to facts told before any matter."""

from __future__ import annotations

from actions import words
from actions.base import Heard, Reply, last_said
from actions.draft import Draft
from actions.filing import resume
from actions.handoff import hand_over
from actions.talking import TalkAction
from bot.app import Services

#: After these a yes means: yes, a person please.
OFFERS_A_PERSON = frozenset({
    "utter_offer_person", "utter_policy_not_found", "utter_policy_near", "utter_no_case_of_yours", "utter_offer_call",
    "utter_foreign", "utter_foreign_person",
})  # fmt: skip


class ActionSmallTalk(TalkAction):
    """Says the response named after the intent, unless the words open a matter or take one up."""

    action_name = "action_small_talk"

    def talk(self, heard: Heard, services: Services) -> Reply:
        return Reply(f"utter_{heard.intent}")


class ActionTakePlace(TalkAction):
    """A place before any matter opens one."""

    action_name = "action_take_place"

    def talk(self, heard: Heard, services: Services) -> Reply:
        return Reply().go_on_with("case_form")


class ActionTakeContact(TalkAction):
    """A number before any matter opens one."""

    action_name = "action_take_contact"

    def talk(self, heard: Heard, services: Services) -> Reply:
        return Reply().go_on_with("case_form")


class ActionAffirm(TalkAction):
    """A yes outside any form: to the draft that was laid aside, to the person that was offered, or to nothing."""

    action_name = "action_affirm"

    def talk(self, heard: Heard, services: Services) -> Reply:
        if last_said(heard) == "utter_case_dropped" and Draft.of(heard.slot("case_draft")).parked:
            return resume(heard)
        if last_said(heard) in OFFERS_A_PERSON and (heard.is_button or words.is_yes(heard.text)):
            return hand_over(heard, services, "asked", Reply("utter_person_comes"))
        return Reply("utter_affirm")


class ActionDeny(TalkAction):
    """A no outside any form."""

    action_name = "action_deny"

    def talk(self, heard: Heard, services: Services) -> Reply:
        return Reply("utter_deny")
