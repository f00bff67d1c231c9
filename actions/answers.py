"""What each message changes in the draft of a case, by the question it answers. Reads facts, says nothing."""

from __future__ import annotations

from collections.abc import Callable

from actions import words
from actions.base import Heard
from actions.draft import KINDS, Draft
from actions.listening import Facts
from actions.places import first_clause, is_vague, merge, shown
from bot.text.contacts import is_telephone
from bot.text.digits import to_digits
from bot.text.normalize import even

#: Intents whose words never become part of the description.
NOT_A_STORY = frozenset({"greet", "thanks", "goodbye", "affirm", "deny", "bot_challenge", "give_contact"})
#: From this confidence on an intent changes the kind of case.
CHANGES_KIND = 0.8
#: After this many questions for a place the resident's own words are taken as they are.
PLACE_ASKED = 2
#: Intents an unknown place is mistaken for; with any other intent the message is no place.
MAY_BE_A_PLACE = frozenset({"give_location", "give_contact", "nlu_fallback", "chitchat", "out_of_scope"})
LONGEST_PLACE = 25
#: From this many characters on, words beside a place tell what is the matter there.
A_MATTER = 3
#: Lines of the card that can be changed.
LINES = ("location", "time", "description", "phone")


def begin(draft: Draft, heard: Heard, facts: Facts) -> None:
    """The first message is the description, and whatever else it holds."""
    if _tells_what(heard, facts):
        tell(draft, heard)
    take_facts(draft, heard, facts)
    take_place(draft, heard, facts)


def _tells_what(heard: Heard, facts: Facts) -> bool:
    """Whether a first message says what is the matter, and not only where, or that something is."""
    if heard.is_wordless or heard.is_shared_place or words.says("bare", heard.text) or words.says("again", heard.text):
        return False
    is_named_a_fact = heard.intent in ("give_location", "give_contact")
    return not is_named_a_fact or len(even(facts.rest).strip(" 我在就是的")) >= A_MATTER


def go_on(draft: Draft, heard: Heard, facts: Facts) -> None:
    """A later message: its facts, and the answer to what was asked."""
    draft.leaving = (heard.intent == "goodbye" or words.says("bye", heard.text)) and not facts.any_fact
    draft.parked = words.says("drop", heard.text)
    if draft.leaving or draft.parked:
        return
    if heard.intent in KINDS and heard.confidence >= CHANGES_KIND and not (heard.is_button or facts.any_fact):
        draft.kind = KINDS[heard.intent]  # a complaint that turns out to be a dispute keeps what was said
    take_facts(draft, heard, facts)
    asked = str(heard.asked)
    if not draft.location or asked in ("case_location", "case_change") or facts.corrects or facts.is_only_facts:
        take_place(draft, heard, facts)
    ANSWERS[asked](draft, heard, facts)


def tell(draft: Draft, heard: Heard) -> None:
    """Add the words to the description."""
    if not heard.text or heard.inbox_id in draft.description_in:
        return
    draft.description = "\n".join(filter(None, (draft.description, heard.text)))
    if heard.inbox_id is not None:
        draft.description_in.append(heard.inbox_id)


def tell_more(draft: Draft, heard: Heard, facts: Facts) -> None:
    """What is said beside the answer belongs to the description, unless it is a word of courtesy."""
    is_courtesy = heard.is_shared_place or facts.yes or facts.no or facts.refuses or heard.intent in NOT_A_STORY
    points_back = words.says("that_place", heard.text) and len(heard.text) < LONGEST_PLACE // 2
    if heard.is_button or heard.is_wordless or is_courtesy or points_back or facts.is_only_facts:
        return
    tell(draft, heard)


def take_facts(draft: Draft, heard: Heard, facts: Facts) -> None:
    """Number, wishes and time, wherever they are said."""
    draft.urgent |= facts.urgent
    draft.anonymous |= facts.anonymous
    draft.refused |= facts.refuses and not facts.contact
    if facts.contact and heard.inbox_id is not None:
        draft.phone_in, draft.phone_tail, draft.refused = heard.inbox_id, facts.tail, False
        draft.change = None if draft.change == "phone" else draft.change
    elif facts.has_bad_contact:
        draft.change = None if "bad_phone" in draft.asked else "phone"  # said once, kindly
        draft.asked.append("bad_phone")
    if facts.time and (not draft.time or facts.corrects):
        draft.time, draft.time_in = facts.time, [heard.inbox_id, "time"]


def take_place(draft: Draft, heard: Heard, facts: Facts) -> None:
    """The place, or the part of it that was told; one that nobody could find only where a better one was asked for."""
    if heard.is_shared_place:
        draft.location, draft.location_in = heard.text, [[heard.inbox_id, "words"]]
    elif facts.place and _is_good_enough(draft, heard, facts.place):
        told = shown(facts.place, heard.text)
        whole = merge(draft.location, told)
        earlier = draft.location_in if whole != told else []
        draft.location, draft.location_in = whole, [*earlier, [heard.inbox_id, "place"]]


def _is_good_enough(draft: Draft, heard: Heard, place: str) -> bool:
    if not is_vague(place):
        return True
    was_asked = "case_location" in draft.asked and not words.says("that_place", heard.text)
    return was_asked and (not draft.location or draft.change == "location")


# -- by what was asked -------------------------------------------------------------------------------------------------


def _on_description(draft: Draft, heard: Heard, facts: Facts) -> None:
    if heard.is_wordless or heard.is_shared_place or facts.yes or (facts.any_fact and facts.is_only_facts):
        return
    if draft.change == "description":
        draft.description, draft.description_in, draft.change = "", [], None
    tell(draft, heard)


def _on_location(draft: Draft, heard: Heard, facts: Facts) -> None:
    if draft.location_in and draft.location_in[-1][0] == heard.inbox_id:
        draft.change = None
        tell_more(draft, heard, facts)
    elif place := _unknown_place(draft, heard, facts):
        draft.location, draft.location_in, draft.change = place, [[heard.inbox_id, "clause"]], None
    else:
        tell_more(draft, heard, facts)
        draft.no_place = draft.asked.count("case_location") >= PLACE_ASKED
        draft.change = None if draft.no_place else draft.change


def _unknown_place(draft: Draft, heard: Heard, facts: Facts) -> str:
    """The words of an answer that name a place nobody knows of: kept as they are, up to the first blank or mark."""
    if heard.is_wordless or facts.yes or facts.time or words.says("that_place", heard.text):
        return ""
    place = first_clause(heard.text)
    was_asked_before = draft.change == "location" or draft.asked.count("case_location") >= PLACE_ASKED
    is_likely = heard.intent in ("give_location", "give_contact") or (was_asked_before and heard.intent in MAY_BE_A_PLACE)
    return place if is_likely and 1 < len(place) <= LONGEST_PLACE and not is_telephone(to_digits(place)) else ""


def _on_time(draft: Draft, heard: Heard, facts: Facts) -> None:
    if facts.time:
        draft.time, draft.time_in = facts.time, [heard.inbox_id, "time"]
    elif heard.text and not facts.any_fact and not heard.is_wordless:
        draft.time, draft.time_in = heard.text, [heard.inbox_id, "words"]
    draft.change = None


def _on_phone(draft: Draft, heard: Heard, facts: Facts) -> None:
    if heard.choice in ("none", "anonymous"):
        draft.refused, draft.anonymous = True, draft.anonymous or heard.choice == "anonymous"
        draft.phone_in, draft.phone_tail = None, ""
    elif not facts.contact:
        tell_more(draft, heard, facts)
    if not facts.has_bad_contact:
        draft.change = None


def _on_change(draft: Draft, heard: Heard, facts: Facts) -> None:
    """Which line: by button, by its name, or by saying at once what it should be."""
    named = next((line for line in LINES if words.says(f"line_{line}", heard.text)), None)
    draft.change = heard.choice or (None if facts.any_fact else named)
    if draft.change is None:
        tell_more(draft, heard, facts)


def _on_confirm(draft: Draft, heard: Heard, facts: Facts) -> None:
    says_no = facts.no or heard.intent == "deny"
    if heard.choice == "change" or (says_no and not facts.any_fact and not facts.yes):
        draft.change = "?"
    elif heard.is_button or facts.yes or (heard.intent == "affirm" and facts.is_only_facts and not facts.any_fact):
        draft.confirmed = facts.yes or heard.intent == "affirm"
    else:
        tell_more(draft, heard, facts)


ANSWERS: dict[str, Callable[[Draft, Heard, Facts], None]] = {
    "case_description": _on_description,
    "case_location": _on_location,
    "case_time": _on_time,
    "case_phone": _on_phone,
    "case_change": _on_change,
    "case_confirm": _on_confirm,
}
