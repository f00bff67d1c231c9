"""Short human answers to what is neither a matter nor a question, and to facts told before any matter."""

from __future__ import annotations

from actions import words
from actions.answers import take_facts, take_place
from actions.base import Heard, Reply, ServiceAction
from actions.draft import Draft
from actions.filing import resume
from actions.handoff import hand_over
from actions.listening import listen
from bot.app import Services
from bot.text.flags import names_region


class ActionSmallTalk(ServiceAction):
    """Says the response named after the intent."""

    action_name = "action_small_talk"

    def act(self, heard: Heard, services: Services) -> Reply:
        return Reply(f"utter_{heard.intent}")


class ActionTakePlace(ServiceAction):
    """A place before any matter: kept for the case to come, unless a policy question waits for a region."""

    action_name = "action_take_place"

    def act(self, heard: Heard, services: Services) -> Reply:
        if heard.slot("policy_question") and names_region(heard.text):
            return Reply().go_on_with("action_answer_policy")
        return _kept(heard, services, "utter_place_kept")


class ActionTakeContact(ServiceAction):
    """A number before any matter: kept for the case to come."""

    action_name = "action_take_contact"

    def act(self, heard: Heard, services: Services) -> Reply:
        facts = listen(heard.words(services))
        return _kept(heard, services, "utter_bad_phone" if facts.has_bad_contact else "utter_contact_kept")


def _kept(heard: Heard, services: Services, response: str) -> Reply:
    """Keep a fact for a matter that has not been told; a draft that was dropped is not touched."""
    earlier = Draft.of(heard.slot("case_draft"))
    draft = Draft(parked=True) if earlier.description else earlier
    facts = listen(heard.words(services))
    draft.asked.append("case_location")  # said of their own accord: taken as it is
    take_facts(draft, heard, facts)
    take_place(draft, heard, facts)
    draft.asked, draft.change = [], None
    return Reply(response).set(case_draft=draft.as_slot())


class ActionAffirm(ServiceAction):
    """A yes outside any form: to the draft that was laid aside, to the person that was offered, or to nothing."""

    action_name = "action_affirm"

    def act(self, heard: Heard, services: Services) -> Reply:
        if is_taken_up(heard, any_words=True):
            return resume(heard)
        if _was_offered_a_person(heard):
            return hand_over(heard, services, "asked", Reply("utter_person_comes"))
        return Reply("utter_affirm")


class ActionDeny(ServiceAction):
    """A no outside any form."""

    action_name = "action_deny"

    def act(self, heard: Heard, services: Services) -> Reply:
        return Reply("utter_deny")


def is_taken_up(heard: Heard, *, any_words: bool) -> bool:
    """Whether the resident takes up the draft they laid aside; with `any_words`, any yes right after it will do."""
    draft = Draft.of(heard.slot("case_draft"))
    if not (draft.parked and draft.description):
        return False
    return words.says("again", heard.text) or (any_words and _last_said(heard) == "utter_case_dropped")


def _was_offered_a_person(heard: Heard) -> bool:
    return _last_said(heard) in ("utter_offer_person", "utter_policy_not_found", "utter_policy_near", "utter_no_case_of_yours")


def _last_said(heard: Heard) -> str | None:
    """The response the bot said last."""
    for event in reversed(heard.tracker.events):
        if event.get("event") == "bot":
            return (event.get("metadata") or {}).get("utter_action")
    return None
