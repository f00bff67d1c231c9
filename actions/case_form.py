"""The form that takes a case down: report, service or dispute. Nothing said is asked again; one question a message.

How one message is read is `listening.py`, what each message changes `answers.py`, what is kept `draft.py`.
"""

from __future__ import annotations

from actions import asking, detours, words
from actions.answers import ECHO, begin, go_on
from actions.base import REQUESTED_SLOT, VOICE, Heard, Reply, ServiceAction
from actions.booking import facts_of, settle
from actions.draft import KINDS, Draft, Matter
from actions.forms import ServiceForm
from actions.listening import Facts, category, hear
from actions.telling import Told
from bot.app import Services
from bot.text.normalize import even

#: What is asked about the form itself is explained in a line before the question.
EXPLAINED = {
    "why_contact": "utter_why_phone",
    "how_long": "utter_how_long",
    "cannot_type": "utter_offer_call",
    "later": "utter_no_hurry",
}
#: Rows of words.tsv that are for the form, whatever Rasa takes the message for.
OURS = ("drop", "bye", *EXPLAINED)
#: Intents that tell of a matter, and how likely they must be together to count beside a likelier one.
TELLS = frozenset({
    "report_problem", "request_service", "report_dispute", "supplement_case", "appeal_result", "urge_case", "give_location",
})  # fmt: skip
SECOND_THOUGHT = 0.25
#: Intents the form leaves to the rules whatever was asked, from which confidence on. Danger: of those from 0.5 on 0.93 are
#: meant (decision 0014); action_emergency itself hands over only from 0.9 on, else it says the numbers and the form goes on.
AT_ONCE = {
    "talk_to_human": 0.6, "change_mind": 0.5, "prompt_injection": 0.6, "emergency": 0.5, "self_harm": 0.5,
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
#: How many matters there are, as people say it.
COUNTS = ("", "一", "两", "三")
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
        facts = hear(heard, services)
        if asking.read(Draft.of(heard.slot("case_draft")), heard, facts, services) is not None:
            return False
        if heard.confidence >= AT_ONCE.get(heard.intent, 2.0):
            is_answer = facts.any_fact or facts.yes or words.says("call_about_it", heard.text) or _answers(heard, facts)
            is_certain = heard.is_button or heard.intent not in INSISTS or not is_answer
            return is_certain or words.says(INSISTS[heard.intent], heard.text)
        if heard.is_button or _answers(heard, facts) or self.is_ours(heard, services):
            return False
        if Draft.of(heard.slot("case_draft")).leaving and heard.intent in LEAVES:
            return True
        return heard.confidence >= ASIDE.get(heard.intent, 2.0) and not _is_story(heard, facts, services)

    @staticmethod
    def is_ours(heard: Heard, services: Services) -> bool:
        """Whether the words are for the form, whatever Rasa takes the message for."""
        if any(words.says(kind, heard.text) for kind in OURS):
            return True
        return detours.find(heard, services, detours.IN_CASE) is not None

    def step_aside(self, heard: Heard) -> Reply:
        draft = Draft.of(heard.slot("case_draft"))
        draft.heard = heard.message_id
        return self.reject(Reply().set(case_draft=draft.as_slot()))

    def hear(self, heard: Heard, services: Services) -> Reply:
        draft = Draft.of(heard.slot("case_draft"))
        told = Told(heard, hear(heard, services), services)
        among = detours.IN_CASE if heard.asked else detours.BEFORE_CASE
        draft.instead = detours.find(heard, services, among) or ""
        if draft.instead:
            return self.finish(draft, heard, None, Reply())
        if heard.asked is None:
            draft = start(draft, heard)
            begin(draft, told)
        else:
            go_on(draft, told)
        if draft.instead:  # an answer that tells of danger
            return self.finish(draft, heard, None, Reply())
        instead = settle(draft, told)
        slot = None if draft.parked else draft.next_slot()
        draft.confirmed &= slot is None  # a yes to an unfinished case is no yes to what will be in it
        reply = first_line(draft, told, slot)
        if instead and slot:
            reply = Reply(instead, **facts_of(draft, services))
        if len(heard.text) >= ECHO:
            draft.said.append(even(heard.text))
        if slot == "case_confirm":
            asking.choose(draft, services)
        return self.finish(draft, heard, slot, reply)

    def finish(self, draft: Draft, heard: Heard, slot: str | None, reply: Reply) -> Reply:
        """Keep the draft and what is asked next; None: the form ends."""
        draft.heard = heard.message_id
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
    if heard.asked == "case_location" and facts.place and not words.says("just_asks", heard.text):
        return heard.intent != "ask_policy" or facts.is_only_facts
    if heard.asked == "case_time" and facts.time:
        return True
    if heard.asked == "case_confirm" and (facts.yes or facts.corrects):
        return True
    if heard.asked in ("case_phone", "case_confirm") and words.says("short_no", heard.text):
        return True
    return bool(facts.contact or facts.has_bad_contact or facts.same_contact or facts.refuses or facts.anonymous)


def _is_story(heard: Heard, facts: Facts, services: Services) -> bool:
    """Whether words that Rasa took for talk tell more of the matter: by its second thought, or by the words of a category."""
    if heard.intent not in MAY_BE_THE_STORY:
        return False
    if heard.asked == "case_description":
        return True
    if words.says("question", heard.text):
        return False
    if facts.any_fact and not facts.is_only_facts:
        return True
    return heard.doubt(TELLS) >= SECOND_THOUGHT or category(heard, services, facts.words) is not None


def first_line(draft: Draft, told: Told, slot: str | None) -> Reply:
    """One short line before the question: what was seen, or what could not be right."""
    heard, facts = told.heard, told.facts
    for response, fits in (
        ("utter_voice_without_words", slot and heard.text.startswith(VOICE) and not draft.description),
        ("utter_photo_kept", slot and heard.is_wordless and draft.description),
        ("utter_photo_without_words", slot and heard.is_wordless),
        ("utter_fact_kept", slot == "case_description" and (facts.any_fact or heard.is_shared_place)),
        ("utter_bad_phone", draft.change == "phone" and facts.has_bad_contact),
        ("utter_place_unknown", slot == "case_location" and words.says("that_place", heard.text)),
        ("utter_changed", slot == "case_confirm" and facts.corrects and facts.any_fact),
    ):
        if fits:
            return Reply(response)
    explained = next((response for kind, response in EXPLAINED.items() if words.says(kind, heard.text)), None)
    return Reply(explained if slot and heard.asked else None)


class ActionAskCaseConfirm(ServiceAction):
    """Shows the card: everything that will be filed, with 提交, 修改 and 取消."""

    action_name = "action_ask_case_form_case_confirm"

    def act(self, heard: Heard, services: Services) -> Reply:
        draft = Draft.of(heard.slot("case_draft"))
        if draft.leaving:
            return Reply("utter_not_filed_yet")
        contact, facts = _contact(draft), {"tail": draft.phone_tail, "time": draft.time}
        if draft.further:
            return Reply(f"utter_cases_card_{contact}", count=COUNTS[len(draft.matters)], matters=_listed(draft), **facts)
        if draft.kind == "dispute":
            return Reply(
                f"utter_mediation_card_{contact}", description=_in_a_line(draft), location=draft.location or "—", **facts
            )
        if draft.slot:
            booked = facts_of(draft, services)
            return Reply(
                f"utter_booking_card_{contact}",
                description=_in_a_line(draft),
                location=draft.location or "—",
                **facts,
                **booked,
            )
        when = "_and_time" if draft.time else ""
        card = Reply(
            f"utter_case_card_{contact}{when}", category=services.cases.likely_category(draft.description) or "—",
            description=_in_a_line(draft) + asking.in_a_line(draft), location=draft.location or "—", **facts,
        )  # fmt: skip
        return asking.put(card, draft, services)


def _listed(draft: Draft) -> str:
    """The matters of a card that has several, a line each."""
    numbered = enumerate(draft.matters, 1)
    return "\n".join(f"{number}. {_in_a_line(matter)}（{matter.location or '—'}）" for number, matter in numbered)


def _in_a_line(matter: Matter) -> str:
    return matter.description.replace("\n", "；")


def _contact(draft: Draft) -> str:
    """Which line about the number the card has."""
    if draft.anonymous:
        return "anonymous"
    if draft.has_phone:
        return "phone"
    return "no_phone" if draft.refused else "open_phone"
