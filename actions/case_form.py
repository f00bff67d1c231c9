"""The form that takes a case down: report, service or dispute. Nothing said is asked again; one question a message.

How one message is read is `listening.py`, what each message changes `answers.py`, what is kept `draft.py`.
"""

from __future__ import annotations

from actions import words
from actions.answers import begin, go_on
from actions.base import REQUESTED_SLOT, Heard, Reply, ServiceAction
from actions.draft import KINDS, Draft
from actions.forms import ServiceForm
from actions.listening import Facts, listen
from bot.app import Services

#: Intents the form leaves to the rules whatever was asked, from which confidence on.
AT_ONCE = {
    "talk_to_human": 0.6, "change_mind": 0.5, "prompt_injection": 0.6, "emergency": 0.7, "self_harm": 0.7,
}  # fmt: skip
#: Beside a fact (昨天开始, a number) such an intent counts only where these words are said.
INSISTS = {"talk_to_human": "human", "change_mind": "drop"}
#: Intents the form leaves to the rules only where the message holds no answer to what was asked.
ASIDE = {
    "ask_policy": 0.55, "check_case": 0.6, "bot_challenge": 0.5, "greet": 0.5, "thanks": 0.5, "chitchat": 0.6,
    "insult_or_vent": 0.6, "ask_capabilities": 0.6, "out_of_scope": 0.6, "privacy_request": 0.6, "stop_notifications": 0.6,
}  # fmt: skip
#: Where the story itself is asked for, these may be the story.
MAY_BE_THE_STORY = frozenset({"chitchat", "insult_or_vent", "out_of_scope", "check_case", "privacy_request"})
#: Said after a goodbye that left the case unfiled, these mean: leave it.
LEAVES = frozenset({"goodbye", "thanks", "deny"})


class ValidateCaseForm(ServiceForm):
    """Reads each message of the form."""

    form_name = "case_form"

    def has_heard(self, heard: Heard) -> bool:
        draft = Draft.of(heard.slot("case_draft"))
        return draft.heard == heard.message_id != ""

    def first_slot(self, heard: Heard) -> str | None:
        return Draft.of(heard.slot("case_draft")).next_slot()

    def is_aside(self, heard: Heard, services: Services) -> bool:
        if heard.asked is None:
            return False
        facts = listen(heard.words(services))
        if heard.confidence >= AT_ONCE.get(heard.intent, 2.0):
            is_certain = heard.is_button or heard.intent not in INSISTS or not facts.any_fact
            return is_certain or words.says(INSISTS[heard.intent], heard.text)
        if heard.is_button or _answers(heard, facts) or words.says("drop", heard.text) or words.says("bye", heard.text):
            return False
        if Draft.of(heard.slot("case_draft")).leaving and heard.intent in LEAVES:
            return True
        if heard.asked == "case_description" and heard.intent in MAY_BE_THE_STORY:
            return False
        return heard.confidence >= ASIDE.get(heard.intent, 2.0)

    def step_aside(self, heard: Heard) -> Reply:
        draft = Draft.of(heard.slot("case_draft"))
        draft.heard = heard.message_id
        return self.reject(Reply().set(case_draft=draft.as_slot()))

    def hear(self, heard: Heard, services: Services) -> Reply:
        draft = Draft.of(heard.slot("case_draft"))
        facts = listen(heard.words(services))
        if heard.asked is None:
            draft = start(draft, heard)
            begin(draft, heard, facts)
        else:
            go_on(draft, heard, facts)
        draft.heard = heard.message_id
        slot = None if draft.parked else draft.next_slot()
        draft.confirmed &= slot is None  # a yes to an unfinished case is no yes to what will be in it
        reply = first_line(draft, heard, facts, slot)
        if slot:
            draft.asked.append(slot)
        return reply.set(
            case_draft=draft.as_slot(), case_description=draft.description or None, case_location=draft.location or None,
            case_time=draft.time or None, case_phone=draft.phone_tail or None, **{REQUESTED_SLOT: slot},
        )  # fmt: skip


def start(earlier: Draft, heard: Heard) -> Draft:
    """The draft a form begins with: an earlier one if that is meant, else only a place or number told beforehand."""
    goes_on = not earlier.description or words.says("again", heard.text)
    draft = earlier if goes_on else Draft()
    draft.parked = draft.leaving = draft.confirmed = False
    draft.kind = KINDS.get(heard.intent, draft.kind)
    return draft


def _answers(heard: Heard, facts: Facts) -> bool:
    """Whether the message holds what was asked for."""
    if heard.asked == "case_location" and facts.place:
        return heard.intent != "ask_policy" or facts.is_only_facts
    if heard.asked == "case_time" and facts.time:
        return True
    if heard.asked == "case_confirm" and (facts.yes or facts.corrects):
        return True
    return bool(facts.contact or facts.has_bad_contact or facts.refuses or facts.anonymous)


def first_line(draft: Draft, heard: Heard, facts: Facts, slot: str | None) -> Reply:
    """One short line before the question: what was seen, or what could not be right."""
    if heard.is_wordless and slot:
        return Reply("utter_photo_kept" if draft.description else "utter_photo_without_words")
    if slot == "case_description" and (facts.any_fact or heard.is_shared_place):
        return Reply("utter_fact_kept")
    if draft.change == "phone" and facts.has_bad_contact:
        return Reply("utter_bad_phone")
    if slot == "case_location" and words.says("that_place", heard.text):
        return Reply("utter_place_unknown")
    if slot == "case_confirm" and facts.corrects and facts.any_fact:
        return Reply("utter_changed")
    return Reply()


class ActionAskCaseConfirm(ServiceAction):
    """Shows the card: everything that will be filed, with 提交, 修改 and 取消."""

    action_name = "action_ask_case_form_case_confirm"

    def act(self, heard: Heard, services: Services) -> Reply:
        draft = Draft.of(heard.slot("case_draft"))
        if draft.leaving:
            return Reply("utter_not_filed_yet")
        contact = "anonymous" if draft.anonymous else "phone" if draft.phone_in else "no_phone"
        when = "_and_time" if draft.time else ""
        return Reply(
            f"utter_case_card_{contact}{when}", category=services.cases.likely_category(draft.description) or "—",
            description=draft.description.replace("\n", "；"), location=draft.location or "—", time=draft.time,
            tail=draft.phone_tail,
        )  # fmt: skip
