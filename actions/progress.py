"""Cases filed earlier: how far they are, urging, adding, taking back, scoring, not accepting the result.

A resident only ever hears of their own cases; for all others the answer is the same as for none.
"""

from __future__ import annotations

from collections.abc import Callable

from actions import detours, words
from actions.base import REQUESTED_SLOT, Heard, Reply, ServiceAction
from actions.errand import (
    ANSWERED,
    MOST_TRIES,
    PASSED_ON,
    PRESSED,
    SAYS_SOMETHING,
    TASKS,
    Errand,
    facts_of,
    meant,
    named_number,
    read_grade,
    read_solved,
)  # fmt: skip
from actions.forms import ServiceForm
from bot.app import Services
from bot.cases.errors import NoSuchCase, ServiceError
from bot.cases.status import EventKind
from bot.services.views import CaseView, NewCase

SLOTS = ("progress_errand", "progress_number", "progress_words", "progress_grade", "progress_confirm")
#: At most so many cases are offered as buttons.
MOST_CHOICES = 4
#: What a bad score leads to.
AGAIN = frozenset({EventKind.REOPENED, EventKind.APPEALED})
#: Intents that are never an answer to this form's questions, from this confidence on.
ASIDE_FROM = 0.6
ASIDE = frozenset({
    "talk_to_human", "change_mind", "prompt_injection", "emergency", "self_harm", "ask_policy", "report_problem",
    "request_service", "report_dispute", "greet", "goodbye", "bot_challenge", "ask_capabilities", "out_of_scope",
    "privacy_request", "stop_notifications",
})  # fmt: skip
#: While the words of an addition or a complaint about a result are awaited, these tell them.
MAY_BE_WORDS = frozenset({"report_problem", "request_service", "report_dispute", "out_of_scope"})


class ValidateProgressForm(ServiceForm):
    """Finds out which case, and what else the task needs."""

    form_name = "progress_form"

    def has_heard(self, heard: Heard) -> bool:
        errand = Errand.of(heard.slot("progress_errand"))
        return errand is not None and errand.heard == heard.message_id != ""

    def first_slot(self, heard: Heard) -> str | None:
        errand = Errand.of(heard.slot("progress_errand"))
        return errand.next_slot() if errand else None

    def is_aside(self, heard: Heard, services: Services) -> bool:
        if heard.asked is None or heard.intent not in ASIDE or heard.confidence < ASIDE_FROM:
            return False
        if heard.is_button:
            return True
        if heard.asked == "progress_words" and heard.intent in MAY_BE_WORDS:
            return False
        return not (heard.asked == "progress_number" and named_number(heard.text, is_asked=True))

    def step_aside(self, heard: Heard) -> Reply:
        errand = Errand.of(heard.slot("progress_errand")) or Errand("check_case")
        errand.heard = heard.message_id
        return self.reject(Reply().set(progress_errand=errand.as_slot()))

    def hear(self, heard: Heard, services: Services) -> Reply:
        earlier = Errand.of(heard.slot("progress_errand"))
        errand = earlier if earlier and heard.asked else Errand(_task(heard))
        errand.heard = heard.message_id
        if heard.text and heard.inbox_id is not None:
            errand.said_in.append(heard.inbox_id)
        if heard.asked:
            _answer(errand, heard, services)
        else:
            errand.instead = detours.find(heard, services, detours.BEFORE_ERRAND) or ""
            _begin(errand, heard, services)
        slot = errand.next_slot()
        if slot == "progress_number":
            errand.asked += 1
        return Reply().set(progress_errand=errand.as_slot(), progress_number=errand.number, **{REQUESTED_SLOT: slot})


def _task(heard: Heard) -> str:
    """What is wanted: 说办完了根本没来人 is no question how far it is."""
    task = heard.intent if heard.intent in TASKS else "check_case"
    return "appeal_result" if task in ("check_case", "urge_case") and words.says("denies_result", heard.text) else task


def _candidates(errand: Errand, heard: Heard, services: Services) -> list[CaseView]:
    """The resident's cases the task can be about; where none is in the right state, all, so that the refusal can say why."""
    mine = services.cases.of_resident(heard.resident_id)
    return [case for case in mine if case.status in TASKS[errand.task].states] or mine


def _begin(errand: Errand, heard: Heard, services: Services) -> None:
    _take_words(errand, heard)
    named = heard.choice or named_number(heard.text, is_asked=False)
    cases = _candidates(errand, heard, services)
    last = heard.slot("last_case")
    if heard.choice in PRESSED:
        field, answer = PRESSED[heard.choice]
        setattr(errand, field, answer)
        errand.pressed, named = True, None
    if named:
        _take_number(errand, named, heard, services)
    elif not cases or words.says("others", heard.text):
        errand.elsewhere = errand.task in PASSED_ON and not words.says("others", heard.text)
        errand.nothing = not errand.elsewhere
    elif len(cases) == 1:
        errand.number = cases[0].number
    elif chosen := meant(cases, heard.text):
        errand.number = chosen.number
    elif last in [case.number for case in cases] and errand.task != "withdraw_case":
        errand.number = last


def _take_words(errand: Errand, heard: Heard) -> None:
    """A first message may already hold the grade, the reason or the addition."""
    if errand.task == "rate_case":
        errand.grade, errand.solved = read_grade(heard.text, None), read_solved(heard.text)
    is_told = len(heard.text) >= SAYS_SOMETHING and not words.says("announces", heard.text)
    if is_told and heard.inbox_id is not None:
        errand.words_in.append(heard.inbox_id)


def _take_number(errand: Errand, named: str, heard: Heard, services: Services) -> None:
    try:
        errand.number = services.cases.find(heard.resident_id, named).number
    except NoSuchCase:
        is_lost = errand.asked >= MOST_TRIES or not services.cases.of_resident(heard.resident_id)
        errand.elsewhere = is_lost and errand.task in PASSED_ON
        errand.nothing = is_lost and not errand.elsewhere
        errand.asked += 1  # it has told us the number it has


def _answer(errand: Errand, heard: Heard, services: Services) -> None:
    """Take the answer to the form's question; of a case reported elsewhere everything is simply kept."""
    if errand.elsewhere:
        is_more = heard.asked == "progress_words" or len(heard.text) >= SAYS_SOMETHING
        errand.words_in += [heard.inbox_id] if is_more and heard.inbox_id is not None else []
        return
    if heard.asked == "progress_number":
        _answer_number(errand, heard, services)
    elif heard.asked == "progress_words" and heard.inbox_id is not None:
        errand.words_in.append(heard.inbox_id)
    elif heard.asked == "progress_grade":
        errand.grade = read_grade(heard.text, heard.choice)
        errand.solved = read_solved(heard.text)
    elif heard.asked == "progress_confirm":
        other = meant(_candidates(errand, heard, services), heard.text)
        if other and other.number != errand.number:
            errand.number = other.number
            return
        errand.confirmed = heard.intent in ("affirm", "withdraw_case") or words.is_yes(heard.text)
        errand.dropped = not errand.confirmed


def _answer_number(errand: Errand, heard: Heard, services: Services) -> None:
    named = heard.choice or named_number(heard.text, is_asked=True)
    if named:
        _take_number(errand, named, heard, services)
    elif chosen := meant(_candidates(errand, heard, services), heard.text):
        errand.number = chosen.number
    else:
        errand.nothing = errand.asked >= MOST_TRIES


def choices(cases: list[CaseView], intent: str) -> list[tuple[str, str]]:
    """A button a case: what it is about and its tail."""
    titles = [f"{case.category.split(' / ')[-1]} {case.number[-4:]}" for case in cases]
    return [(title, f'/{intent}{{"choice": "{case.number}"}}') for title, case in zip(titles, cases, strict=True)]


class ActionAskProgressNumber(ServiceAction):
    """Asks which case, with a button for each."""

    action_name = "action_ask_progress_form_progress_number"

    def act(self, heard: Heard, services: Services) -> Reply:
        errand = Errand.of(heard.slot("progress_errand")) or Errand("check_case")
        if errand.elsewhere:
            return Reply("utter_ask_number_elsewhere").custom(asked="number")
        cases = _candidates(errand, heard, services)[:MOST_CHOICES]
        again = "_again" if errand.asked > 1 else ""
        return Reply(f"utter_ask_which_case{again}").buttons(*choices(cases, errand.task)).custom(asked="number")


class ActionAskProgressConfirm(ServiceAction):
    """Shows what would be taken back and asks whether to."""

    action_name = "action_ask_progress_form_progress_confirm"

    def act(self, heard: Heard, services: Services) -> Reply:
        errand = Errand.of(heard.slot("progress_errand"))
        case = services.cases.find(heard.resident_id, str(errand and errand.number))
        return Reply("utter_ask_withdraw", number=case.number, description=case.description[:40])


# -- the tasks ---------------------------------------------------------------------------------------------------------


def _check(errand: Errand, heard: Heard, services: Services) -> Reply:
    case = services.cases.find(heard.resident_id, str(errand.number))
    return Reply("utter_case_status", **facts_of(case))


def _urge(errand: Errand, heard: Heard, services: Services) -> Reply:
    case = services.cases.urge(heard.resident_id, str(errand.number), inbox_id=heard.inbox_id)
    response = "utter_case_urged_above" if case.told_above else "utter_case_urged"
    return Reply(response, above=case.told_above, **facts_of(case)).did("urge")


def _supplement(errand: Errand, heard: Heard, services: Services) -> Reply:
    if errand.cosigns is not None:
        return _join(errand, heard, services)
    case = services.cases.supplement(heard.resident_id, str(errand.number), _words(errand, services), inbox_id=heard.inbox_id)
    return Reply("utter_case_supplemented", **facts_of(case)).did("supplement")


def _join(errand: Errand, heard: Heard, services: Services) -> Reply:
    """The answer to: is it what your neighbour has reported?"""
    if not errand.cosigns:
        return Reply("utter_cosign_apart", number=errand.number)
    case = services.cosigning.join(heard.resident_id, str(errand.number), inbox_id=heard.inbox_id)
    return Reply("utter_cosigned", **facts_of(case)).did("cosign")


def _withdraw(errand: Errand, heard: Heard, services: Services) -> Reply:
    case = services.cases.withdraw(heard.resident_id, str(errand.number), inbox_id=heard.inbox_id)
    services.bookings.cancel(case.number)
    return Reply("utter_case_withdrawn", **facts_of(case)).did("withdraw")


def _rate(errand: Errand, heard: Heard, services: Services) -> Reply:
    case = services.cases.rate(
        heard.resident_id, str(errand.number), grade=errand.grade, solved=errand.solved, contacted=errand.contacted,
        text=_words(errand, services), inbox_id=heard.inbox_id,
    )  # fmt: skip
    became = next((event.kind for event in reversed(case.events) if event.kind in AGAIN), "")
    if case.status not in ANSWERED:
        return Reply("utter_case_rated_reopened", **facts_of(case)).did("rate", "appeal")
    if became and case.events[-1].kind == became:
        return Reply("utter_case_rated_supervisor", **facts_of(case)).did("rate", "appeal")
    return _ask_on(Reply("utter_case_rated", **facts_of(case)).did("rate"), case)


def _ask_on(reply: Reply, case: CaseView) -> Reply:
    """Solved, and whether anybody was in touch, are asked apart from the grade; each is one press and may be left out."""
    if "solved" not in case.score:
        return reply.then("utter_ask_rated_solved")
    if "contacted" not in case.score:
        return reply.then("utter_ask_rated_contacted")
    return reply


def _appeal(errand: Errand, heard: Heard, services: Services) -> Reply:
    """Have it done again; where nobody has answered yet, what is wrong is added to the case."""
    if services.cases.find(heard.resident_id, str(errand.number)).status not in ANSWERED:
        return _supplement(errand, heard, services)
    case = services.cases.appeal(heard.resident_id, str(errand.number), _words(errand, services), inbox_id=heard.inbox_id)
    return Reply("utter_case_appealed", **facts_of(case)).did("appeal")


def _pass_on(errand: Errand, heard: Heard, services: Services) -> Reply:
    """A wish about a case that was not reported here goes to the staff, word for word, as a message."""
    text = "\n".join(services.conversations.original(inbox_id) for inbox_id in errand.said_in) or heard.text
    case = services.cases.file(heard.conversation_id, NewCase(kind="message", description=text), inbox_id=heard.inbox_id)
    return (
        Reply("utter_passed_on", **facts_of(case))
        .did("message")
        .forget(*SLOTS)
        .set(last_case=case.number, passed_on=case.number, last_filed=heard.mark(case.number))
    )


def _words(errand: Errand, services: Services) -> str:
    return "\n".join(services.conversations.original(inbox_id) for inbox_id in errand.words_in)


DO: dict[str, Callable[[Errand, Heard, Services], Reply]] = {
    "check_case": _check,
    "urge_case": _urge,
    "supplement_case": _supplement,
    "withdraw_case": _withdraw,
    "rate_case": _rate,
    "appeal_result": _appeal,
}


class ActionDoErrand(ServiceAction):
    """Do what was wanted, once it is known with which case."""

    action_name = "action_do_errand"

    def act(self, heard: Heard, services: Services) -> Reply:
        errand = Errand.of(heard.slot("progress_errand"))
        if errand is not None and errand.instead:
            return Reply().forget(*SLOTS).and_then(detours.take(errand.instead, heard, services))
        if errand is not None and errand.elsewhere and not errand.dropped:
            return _pass_on(errand, heard, services)
        if errand is None or errand.number is None:
            return Reply("utter_no_case_of_yours").forget(*SLOTS)
        if errand.dropped:
            return Reply("utter_errand_dropped").forget(*SLOTS)
        return DO[errand.task](errand, heard, services).forget(*SLOTS).set(last_case=errand.number)

    def refused(self, error: ServiceError, heard: Heard) -> Reply:
        return super().refused(error, heard).forget(*SLOTS)


class ActionListCases(ServiceAction):
    """In the middle of something else: how far the resident's own cases are, in a line each."""

    action_name = "action_list_cases"

    def act(self, heard: Heard, services: Services) -> Reply:
        cases = services.cases.of_resident(heard.resident_id, limit=3)
        reply = Reply()
        for case in cases:
            reply.then("utter_case_line", **facts_of(case))
        return reply if cases else Reply("utter_no_case_of_yours")


class ActionDropErrand(ServiceAction):
    """The resident does not want it any more; the cases stay as they are."""

    action_name = "action_drop_errand"

    def act(self, heard: Heard, services: Services) -> Reply:
        return Reply("utter_errand_dropped").forget(*SLOTS)
