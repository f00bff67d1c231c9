"""What a message means by what was said before, whatever Rasa took it for: 那外地户口呢 behind an answer asks on.

Rasa reads every message by itself. The actions that answer outside of forms, and the forms when they begin, look here
first. A form that should not have begun ends at once and leaves the answer to `action_file_case` or `action_do_errand`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from actions import words
from actions.base import Heard, Reply, last_said
from actions.booking import move
from actions.draft import KINDS, Draft
from actions.errand import facts_of, named_number
from actions.filing import resume
from actions.foreign import in_chinese
from actions.handoff import hand_over
from actions.listening import Facts, category, hear
from actions.matters import has_place_of_its_own
from actions.policy import answer_policy, answer_question, ask_on, has_topic, tells_region
from bot.app import Services
from bot.cases.status import CaseStatus
from bot.services.views import CaseView
from bot.text.languages import is_foreign, language_of
from bot.text.normalize import even

#: An addition without a word for it (a number, a time) is one in so many messages behind the filing.
JUST_FILED = 2
#: A follow-up question is short, a report is not.
LONGEST_FOLLOW_UP = 24
SHORTEST_MATTER = 6
#: Rasa's choices that a report in unusual words is mistaken for.
WEAK = frozenset({
    "chitchat", "out_of_scope", "insult_or_vent", "nlu_fallback", "ask_capabilities", "greet", "deny", "affirm",
    "give_location", "supplement_case", "change_mind",
})  # fmt: skip
#: Languages whose words english.tsv knows.
LOOKED_UP = frozenset({"en"})
#: Intents that are never a question on the same topic.
NO_QUESTION = frozenset({"thanks", "goodbye", "greet", "bot_challenge", "talk_to_human", "prompt_injection", "change_mind"})
#: Behind a wish that was passed on to the staff these go on with it.
GOES_ON = frozenset({
    "report_problem", "report_dispute", "supplement_case", "appeal_result", "urge_case", "insult_or_vent", "chitchat",
    "out_of_scope", "nlu_fallback", "give_location", "rate_case",
})  # fmt: skip
#: After these a short question is about that case.
SPEAKS_OF_CASE = frozenset({
    "utter_case_filed", "utter_case_filed_urgent", "utter_case_status", "utter_case_urged", "utter_case_supplemented",
    "utter_passed_on", "utter_already_filed",
})  # fmt: skip
#: While a case waits for the resident, these go on with it.
TELLS_MORE = frozenset({"give_location", "give_contact", "nlu_fallback", "out_of_scope", "affirm"})
NO_ADDITION = frozenset({"withdraw_case", "thanks", "goodbye"})
FAREWELL = frozenset({"thanks", "goodbye"})


@dataclass(frozen=True)
class Message:
    """A message with what was read from it."""

    heard: Heard
    facts: Facts
    services: Services


def find(heard: Heard, services: Services, among: Iterable[str]) -> str | None:
    """The first of the named detours that fits the message; None: it means what Rasa took it for."""
    if heard.is_button:
        return None
    message = Message(heard, hear(heard, services), services)
    return next((name for name in among if DETOURS[name][0](message)), None)


def take(name: str, heard: Heard, services: Services) -> Reply:
    """The answer of a detour."""
    return DETOURS[name][1](heard, services)


def is_taken_up(heard: Heard) -> bool:
    """Whether the resident takes up the matter they laid aside: by saying so, or by naming it."""
    draft = Draft.of(heard.slot("case_draft"))
    return draft.parked and bool(draft.description) and words.says("again", heard.text)


def _is_foreign(message: Message) -> bool:
    heard = message.heard
    return heard.asked is None and is_foreign(heard.text) and not words.is_yes(heard.text)


def _in_two_languages(heard: Heard, services: Services) -> Reply:
    language = language_of(heard.text, services.settings.district)
    if heard.intent in FAREWELL:
        return Reply("utter_foreign_thanks", thanks=language.thanks)
    card, person = Reply("utter_foreign", card=language.card), (language.person, "/talk_to_human")
    asks = words.says("question", heard.text) or words.says("follow_up", heard.text) or heard.intent == "ask_policy"
    if not asks or language.code not in LOOKED_UP:
        return card.buttons(person)
    answer = answer_question(heard, services, in_chinese(heard.words(services)))
    if "answer" not in answer.acts:
        return card.buttons(person).keep(answer)
    return answer.then("utter_foreign_person", explained=language.explained).buttons(person)


def _wants_person(message: Message) -> bool:
    heard, text = message.heard, message.heard.text
    if heard.intent in ("ask_policy", "bot_challenge", "prompt_injection"):
        return False
    return words.says("human", text) or words.says("human_foreign", text) or _wants_call(message)


def _wants_call(message: Message) -> bool:
    """叫个人打电话给我说; not: how to be reached about what is being reported (修好了给我打电话)."""
    heard, facts = message.heard, message.facts
    if not words.says("call_me", heard.text) or words.says("call_about_it", heard.text):
        return False
    gives_number = heard.asked is not None and bool(facts.contact)
    tells = words.says("matter", heard.text) and category(heard, message.services, facts.words) is not None
    return not (gives_number or tells)


def _person(heard: Heard, services: Services) -> Reply:
    return hand_over(heard, services, "asked", Reply("utter_person_comes"))


def _cannot_type(message: Message) -> bool:
    return words.says("cannot_type", message.heard.text) and not message.facts.place


def _offer_call(heard: Heard, services: Services) -> Reply:
    return Reply("utter_offer_call")


def _is_others(message: Message) -> bool:
    return words.says("others", message.heard.text)


def _keep_secret(heard: Heard, services: Services) -> Reply:
    return Reply("utter_others_case")


def _only_asks(message: Message) -> bool:
    """我就问一下…该谁赔: tells a matter, but wants to know and not to report."""
    heard = message.heard
    asks = words.says("just_asks", heard.text) and words.says("question", heard.text)
    return asks and not tells_too(heard, message.services)


def tells_too(heard: Heard, services: Services) -> bool:
    """Whether a report comes before the question: 1栋楼道灯坏了，另外问一下物业费."""
    if heard.asked is not None or heard.is_button:
        return False
    text = hear(heard, services).words
    cut = min((match.start() for match in words.find("next_matter", text)), default=0)
    first = text[:cut]
    return has_place_of_its_own(first) and words.says("matter", first) and not words.says("question", first)


def _names_case(message: Message) -> bool:
    """尾号3321 by itself: the case is looked for."""
    is_named = named_number(message.heard.text, is_asked=False) is not None
    return is_named and len(message.heard.text) <= LONGEST_FOLLOW_UP and message.heard.intent not in KINDS


def _look_for(heard: Heard, services: Services) -> Reply:
    return Reply().go_on_with("progress_form")


def _asks_about_case(message: Message) -> bool:
    """谁负责啊, 多久能修: asks about the case that was spoken of last."""
    heard = message.heard
    is_short = len(heard.text) <= LONGEST_FOLLOW_UP and last_said(heard) in SPEAKS_OF_CASE
    return is_short and heard.slot("last_case") is not None and words.says("about_case", heard.text)


def _status(heard: Heard, services: Services) -> Reply:
    return Reply("utter_case_status", **facts_of(services.cases.find(heard.resident_id, heard.slot("last_case"))))


def _is_region(message: Message) -> bool:
    return tells_region(message.heard)


def _is_follow_up(message: Message) -> bool:
    heard, text = message.heard, even(message.heard.text)
    if not has_topic(heard) or heard.intent in NO_QUESTION or len(text) > LONGEST_FOLLOW_UP:
        return False
    is_report = heard.intent in KINDS and words.says("matter", text)
    return words.says("follow_up", text) and not is_report and not words.is_yes(text)


def _is_said_again(message: Message) -> bool:
    """The words of the case that was filed a moment ago: nobody reports it twice."""
    filed = message.heard.recent("last_filed", JUST_FILED)
    if filed is None or len(message.heard.text) < SHORTEST_MATTER:
        return False
    case = message.services.cases.find(message.heard.resident_id, filed)
    return even(message.heard.text) in [even(line) for line in case.description.split("\n")]


def _already_filed(heard: Heard, services: Services) -> Reply:
    case = services.cases.find(heard.resident_id, str(heard.recent("last_filed", JUST_FILED)))
    return Reply("utter_already_filed", **facts_of(case))


def _is_addition(message: Message) -> bool:
    """Something that belongs to the case filed last: a correction, an addition, a number told late."""
    heard, facts = message.heard, message.facts
    if heard.slot("last_filed") is None or heard.intent in NO_ADDITION:
        return False
    if facts.corrects and not heard.is_wordless and (facts.place or facts.contact or facts.time):
        return True
    number = heard.recent("last_filed", JUST_FILED)
    if number is None or words.says("question", heard.text):
        return False
    is_new = words.says("goes_on", heard.text) and (has_place_of_its_own(heard.text) or heard.intent in KINDS)
    is_fact = bool(facts.contact or facts.time or facts.place) and facts.is_only_facts and heard.intent not in KINDS
    is_said = words.says("addition", heard.text) and not words.says("announces", heard.text)
    goes_on = number == heard.slot("passed_on") and heard.intent in GOES_ON
    return heard.is_wordless or (not is_new and (is_fact or is_said or goes_on))


def _add(heard: Heard, services: Services) -> Reply:
    number = heard.slot("last_filed")[0]
    facts = hear(heard, services)
    moved = move(heard, services, number, facts.time) if facts.corrects else None
    if moved is not None:
        return moved.set(last_filed=heard.mark(number))
    case = services.cases.supplement(heard.resident_id, number, heard.words(services), inbox_id=heard.inbox_id)
    return Reply("utter_case_supplemented", **facts_of(case)).did("supplement").set(last_filed=heard.mark(number))


def _answers_staff(message: Message) -> bool:
    """What the staff asked for, or a photo of it: a case waits for the resident, and this is no matter of its own."""
    heard, facts = message.heard, message.facts
    told = heard.is_wordless or heard.is_shared_place or facts.is_only_facts or heard.intent in TELLS_MORE
    if not told or heard.form is not None or words.says("question", heard.text) or words.says("next_matter", heard.text):
        return False
    return _waiting(heard, message.services) is not None


def _waiting(heard: Heard, services: Services) -> CaseView | None:
    """The resident's only case that waits for them; None where it is not clear which."""
    cases = heard.once("waiting", lambda: services.cases.of_resident(heard.resident_id))
    waiting = [case for case in cases if case.status == CaseStatus.WAITING]
    return waiting[0] if len(waiting) == 1 else None


def _tell_staff(heard: Heard, services: Services) -> Reply:
    case = _waiting(heard, services)
    number = case.number if case else ""
    case = services.cases.supplement(heard.resident_id, number, heard.words(services), inbox_id=heard.inbox_id)
    return Reply("utter_case_goes_on_again", **facts_of(case)).did("supplement").set(last_case=number)


def _is_matter(message: Message) -> bool:
    """A report in words that Rasa took for something else."""
    heard, facts = message.heard, message.facts
    if heard.form is not None or heard.intent not in WEAK or words.says("drop", heard.text):
        return False
    if words.says("bare", heard.text):
        return True
    if len(even(heard.text)) < SHORTEST_MATTER or words.says("question", heard.text):
        return False
    kind = category(heard, message.services, facts.words)
    is_placed = has_place_of_its_own(facts.words) and not facts.is_only_facts
    return (kind is not None and words.says("matter", heard.text)) or (is_placed and heard.intent != "greet")


def _report(heard: Heard, services: Services) -> Reply:
    return Reply().go_on_with("case_form")


def _resume(heard: Heard, services: Services) -> Reply:
    return resume(heard)


DETOURS: dict[str, tuple[Callable[[Message], bool], Callable[[Heard, Services], Reply]]] = {
    "person": (_wants_person, _person),
    "foreign": (_is_foreign, _in_two_languages),
    "cannot_type": (_cannot_type, _offer_call),
    "others": (_is_others, _keep_secret),
    "resume": (lambda message: is_taken_up(message.heard), _resume),
    "region": (_is_region, answer_policy),
    "said_again": (_is_said_again, _already_filed),
    "addition": (_is_addition, _add),
    "answers_staff": (_answers_staff, _tell_staff),
    "about_case": (_asks_about_case, _status),
    "follow_up": (_is_follow_up, ask_on),
    "only_asks": (_only_asks, answer_policy),
    "names_case": (_names_case, _look_for),
    "matter": (_is_matter, _report),
}
#: Where nothing is open.
ANYWHERE = tuple(DETOURS)
#: Where a form is about to begin.
BEFORE_CASE = (
    "foreign", "person", "cannot_type", "others", "said_again", "addition", "answers_staff", "about_case", "follow_up",
    "only_asks",
)  # fmt: skip
BEFORE_ERRAND = ("foreign", "person", "cannot_type", "others", "resume", "addition", "about_case", "follow_up")
BEFORE_ANSWER = ("foreign", "person", "others", "region", "addition", "answers_staff", "about_case")
#: In the middle of the case form.
IN_CASE = ("person",)
#: Beside an open form.
ASIDE = ("follow_up",)
