"""What each message changes in the draft of a case, by the question it answers. Reads facts, says nothing."""

from __future__ import annotations

from collections.abc import Callable

from actions import asking, telling, words
from actions.base import Heard
from actions.draft import KINDS, Draft, quote
from actions.listening import Facts, tail_of
from actions.places import first_clause, is_vague, merge, shown
from actions.telling import Told
from bot.text.contacts import is_telephone
from bot.text.digits import to_digits
from bot.text.normalize import even

#: Intents whose words never become part of the description.
NOT_A_STORY = frozenset({"greet", "thanks", "goodbye", "affirm", "deny", "bot_challenge", "give_contact"})
#: From this confidence on a report turns into a dispute.
CHANGES_KIND = 0.8
#: From here on Rasa's choice of a report counts.
LIKELY = 0.5
#: After this many questions for a place the resident's own words are taken as they are.
PLACE_ASKED = 2
#: Intents an unknown place is mistaken for; with any other intent the message is no place.
MAY_BE_A_PLACE = frozenset({"give_location", "give_contact", "nlu_fallback", "chitchat", "out_of_scope"})
LONGEST_PLACE = 25
#: From this many characters on, words beside a place tell what is the matter there.
A_MATTER = 3
#: From this many characters on, the same message again is no answer but an echo.
ECHO = 6
#: Consent in so few characters counts where Rasa takes the message for a yes.
SHORT = 12
#: Marks and particles around what is said.
NOTHING = " ,，。!！的了啊呀吧"
#: Lines of the card that can be changed.
LINES = ("location", "time", "description", "phone")


def begin(draft: Draft, told: Told) -> None:
    """The first message is the description, and whatever else it holds."""
    if tells_what(told):
        telling.tell(draft, told)
    elif not words.says("bare", told.heard.text) and not words.says("again", told.heard.text):
        telling.keep_piece(draft, told)
    take_facts(draft, told)
    take_place(draft, told)


def tells_what(told: Told) -> bool:
    """Whether a first message says what is the matter, and not only who, where, or that something is."""
    heard, facts = told.heard, told.facts
    if heard.is_wordless or heard.is_shared_place or words.says("bare", heard.text) or words.says("again", heard.text):
        return False
    is_named_a_fact = heard.intent in ("give_location", "give_contact")
    says_more = len(even(facts.rest).strip(" 我在就是的")) >= A_MATTER and words.says("matter", heard.text)
    return not is_named_a_fact or says_more or told.category(facts.words) is not None


def go_on(draft: Draft, told: Told) -> None:
    """A later message: its facts, and the answer to what was asked."""
    heard, facts = told.heard, told.facts
    if is_echo(draft, heard):
        return
    is_yes = heard.asked == "case_confirm" and facts.yes
    draft.leaving = (heard.intent == "goodbye" or words.says("bye", heard.text)) and not (facts.any_fact or is_yes)
    draft.parked = words.says("drop", heard.text) and not is_yes
    if draft.leaving or draft.parked:
        return
    is_dispute = heard.intent == "report_dispute" and heard.confidence >= CHANGES_KIND and not facts.any_fact
    if words.says("mediate", heard.text) or (is_dispute and not heard.is_button):
        draft.kind = "dispute"  # a complaint that turns out to be a dispute keeps what was said
    take_facts(draft, told)
    asked = str(heard.asked)
    another = telling.tell_another(draft, told)
    if not another:
        is_wanted = not draft.location or asked in ("case_location", "case_change")
        is_asking = words.says("question", heard.text) and words.says("just_asks", heard.text)
        if (is_wanted and not is_asking) or facts.corrects or facts.is_only_facts:
            take_place(draft, told)
        ANSWERS[asked](draft, told)


def is_echo(draft: Draft, heard: Heard) -> bool:
    """Whether the very same words were heard before: people press send twice."""
    return len(heard.text) >= ECHO and not heard.is_wordless and even(heard.text) in draft.said


def tell_more(draft: Draft, told: Told) -> None:
    """What is said beside the answer belongs to the description, unless it is a word of courtesy."""
    heard, facts = told.heard, told.facts
    is_courtesy = heard.is_shared_place or facts.yes or facts.no or facts.refuses or heard.intent in NOT_A_STORY
    points_back = words.says("that_place", heard.text) and len(heard.text) < LONGEST_PLACE // 2
    asks = any(words.says(kind, heard.text) for kind in ("why_contact", "how_long", "again", "later"))
    says_little = facts.is_only_facts and (facts.any_fact or len(even(facts.rest)) < A_MATTER) and not is_report(told)
    if heard.is_button or heard.is_wordless or is_courtesy or points_back or asks or says_little or facts.has_bad_contact:
        return
    telling.tell(draft, told)


def is_report(told: Told) -> bool:
    """Whether few words tell a matter all the same (我家暖气不热)."""
    heard = told.heard
    is_likely = heard.intent in KINDS and heard.confidence >= LIKELY
    return is_likely or told.category(told.facts.rest) is not None


def take_facts(draft: Draft, told: Told) -> None:
    """Number, wishes and time, wherever they are said."""
    heard, facts = told.heard, told.facts
    draft.urgent |= facts.urgent
    draft.anonymous |= facts.anonymous
    draft.refused |= facts.refuses and not facts.contact
    if facts.contact and heard.inbox_id is not None:
        draft.phone_in, draft.phone_of, draft.phone_tail, draft.refused = heard.inbox_id, None, facts.tail, False
        draft.change = None if draft.change == "phone" else draft.change
    elif facts.same_contact:
        take_earlier_contact(draft, told)
    elif facts.has_bad_contact:
        draft.change = None if "bad_phone" in draft.asked else "phone"  # said once, kindly
        draft.asked.append("bad_phone")
    if facts.time and (not draft.time or facts.corrects):
        draft.time, draft.time_in = facts.time, quote(heard.inbox_id, "time")


def take_earlier_contact(draft: Draft, told: Told) -> None:
    """电话还是留的那个: the number of this case, else of the resident's last case; unknown, it is the staff's to find."""
    if draft.has_phone:
        return
    cases = told.services.cases.of_resident(told.heard.resident_id)
    newest = max((case for case in cases if case.has_contact), key=lambda case: case.number, default=None)
    if newest is None:
        telling.tell(draft, told)
        draft.refused = True
    else:
        draft.phone_of, draft.refused = newest.number, False
        draft.phone_tail = tail_of(told.services.cases.original(newest.number)["contact"])


def take_place(draft: Draft, told: Told) -> None:
    """The place, or the part of it that was told; one that nobody could find only where a better one was asked for."""
    heard, facts = told.heard, told.facts
    if draft.location_in and draft.location_in[-1][0] == heard.inbox_id:
        return  # taken with the matter it was told with
    if heard.is_shared_place:
        draft.location, draft.location_in = heard.text, [quote(heard.inbox_id)]
    elif facts.place and is_good_enough(draft, heard, facts.place):
        whole = merge(draft.location, facts.place)
        earlier = draft.location_in if whole != facts.place else []
        draft.location, draft.location_in = shown(whole), [*earlier, quote(heard.inbox_id, "place")]


def is_good_enough(draft: Draft, heard: Heard, place: str) -> bool:
    """Whether somebody could find the place, or no better one will be told."""
    if not is_vague(place):
        return True
    was_asked = "case_location" in draft.asked and not words.says("that_place", heard.text)
    return was_asked and (not draft.location or draft.change == "location")


# -- by what was asked -------------------------------------------------------------------------------------------------


def _on_description(draft: Draft, told: Told) -> None:
    heard, facts = told.heard, told.facts
    if heard.is_wordless or heard.is_shared_place or facts.yes:
        return
    if facts.any_fact and facts.is_only_facts and not is_report(told):
        telling.keep_piece(draft, told)
        return
    if draft.change == "description":
        draft.description, draft.description_in, draft.change = "", [], None
    telling.tell(draft, told)


def _on_location(draft: Draft, told: Told) -> None:
    heard, facts = told.heard, told.facts
    if draft.location_in and draft.location_in[-1][0] == heard.inbox_id:
        draft.change = None
        tell_more(draft, told)
    elif place := _unknown_place(draft, heard, facts):
        draft.location, draft.location_in, draft.change = place, [quote(heard.inbox_id, "clause")], None
    else:
        tell_more(draft, told)
        draft.no_place = draft.asked.count("case_location") >= PLACE_ASKED
        draft.change = None if draft.no_place else draft.change


def _unknown_place(draft: Draft, heard: Heard, facts: Facts) -> str:
    """The words of an answer that name a place nobody knows of: kept as they are, up to the first blank or mark."""
    is_other = facts.yes or facts.time or facts.refuses or any(words.says(kind, heard.text) for kind in ("short_no", "tail"))
    if heard.is_wordless or is_other or words.says("that_place", heard.text) or words.says("question", heard.text):
        return ""
    place = first_clause(heard.text)
    was_asked_before = draft.change == "location" or draft.asked.count("case_location") >= PLACE_ASKED
    is_likely = heard.intent in ("give_location", "give_contact") or (was_asked_before and heard.intent in MAY_BE_A_PLACE)
    return place if is_likely and 1 < len(place) <= LONGEST_PLACE and not is_telephone(to_digits(place)) else ""


def _on_time(draft: Draft, told: Told) -> None:
    heard, facts = told.heard, told.facts
    if facts.time:
        draft.time, draft.time_in = facts.time, quote(heard.inbox_id, "time")
        tell_more(draft, told)
    elif heard.text and not facts.any_fact and not heard.is_wordless:
        draft.time, draft.time_in = heard.text, quote(heard.inbox_id)
    draft.change = None


def _on_phone(draft: Draft, told: Told) -> None:
    heard, facts = told.heard, told.facts
    if heard.choice in ("none", "anonymous"):
        draft.refused, draft.anonymous = True, draft.anonymous or heard.choice == "anonymous"
        draft.phone_in, draft.phone_of, draft.phone_tail = None, None, ""
    elif words.says("short_no", heard.text) and not facts.contact:
        draft.refused = True
    elif not facts.contact:
        tell_more(draft, told)
    if not facts.has_bad_contact:
        draft.change = None


def _on_change(draft: Draft, told: Told) -> None:
    """Which line: by button, by its name, or by saying at once what it should be."""
    heard, facts = told.heard, told.facts
    named = next((line for line in LINES if words.says(f"line_{line}", heard.text)), None)
    draft.change = heard.choice or (None if facts.any_fact else named)
    if draft.change is None:
        tell_more(draft, told)


def _on_confirm(draft: Draft, told: Told) -> None:
    heard, facts = told.heard, told.facts
    if asking.take(draft, heard, facts, told.services):
        return
    is_new_place = bool(draft.location_in) and draft.location_in[-1][0] == heard.inbox_id
    if heard.choice in ("none", "anonymous") or _leaves_phone_out(draft, heard):
        _on_phone(draft, told)
        return
    says_no = facts.no or heard.intent == "deny"
    is_consent = heard.intent == "affirm" and not facts.any_fact and (facts.is_only_facts or len(heard.text) <= SHORT)
    if heard.choice == "change" or (says_no and not facts.any_fact and not facts.yes):
        named = next((line for line in LINES if words.says(f"line_{line}", heard.text)), None)
        draft.change = named or (None if _says_what_instead(draft, told) else "?")
    elif facts.yes and is_new_place and not words.says("submit", heard.text):
        return  # 对 人民西路120号: yes to a place that was just made more exact; the card is shown once more
    elif heard.is_button or facts.yes or (is_consent and not words.says("question", heard.text)):
        draft.confirmed = facts.yes or heard.intent == "affirm"
    else:
        tell_more(draft, told)


def _says_what_instead(draft: Draft, told: Told) -> bool:
    """不对 是鸭子: the words that are right are kept with the description."""
    rest = words.without("no", told.heard.text).strip(NOTHING)
    if told.heard.is_button or len(rest) < A_MATTER:
        return False
    telling.tell(draft, told)
    return True


def _leaves_phone_out(draft: Draft, heard: Heard) -> bool:
    """也不说, 那不给: an answer to the line of the card that leaves room for a number."""
    has_line = not (draft.has_phone or draft.refused or draft.anonymous)
    return has_line and len(heard.text) >= A_MATTER and words.says("short_no", heard.text) and not words.says("no", heard.text)


ANSWERS: dict[str, Callable[[Draft, Told], None]] = {
    "case_description": _on_description,
    "case_location": _on_location,
    "case_time": _on_time,
    "case_phone": _on_phone,
    "case_change": _on_change,
    "case_confirm": _on_confirm,
}
