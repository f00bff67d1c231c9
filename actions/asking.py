"""Questions of a category (data/district/questions.csv) below the card: each once, answered by a button or a short word.

The card stands above and can be sent at once, so that a question never keeps anybody from the end.
"""

from __future__ import annotations

from actions import words
from actions.base import Heard, Reply
from actions.draft import Draft
from actions.handoff import hand_over
from actions.listening import Facts
from bot.app import Services
from bot.cases.questions import Question
from bot.safety.texts import advice

#: Kinds of matters the table knows questions for; a dispute is asked about by the mediator.
ASKED_OF = frozenset({"report", "service"})
#: What an answer's button says to the form: its position behind this letter.
CHOICE = "q"
#: How a draft remembers that an answer meant danger, and which.
DANGER = "danger:"
#: With these words a message is for the card.
OTHER = ("human", "question", "submit", "drop", "line_phone", "all_right")


def choose(draft: Draft, services: Services) -> None:
    """Put the next question below the card, if there is one to ask."""
    is_one = not (draft.further or draft.slot or draft.leaving) and draft.kind in ASKED_OF
    found = services.cases.next_question(draft.description, draft.put) if is_one else None
    draft.question = found.key if found else ""
    if found:
        draft.put.append(found.key)


def put(reply: Reply, draft: Draft, services: Services) -> Reply:
    """The card, and below it the question with its answers to press."""
    question = _pending(draft, services)
    if question is None:
        return reply
    payload = '/deny{{"choice": "{}{}"}}'
    pairs = [(title, payload.format(CHOICE, position)) for position, title in enumerate(question.titles)]
    return reply.then("utter_case_question", question=question.text).buttons(*pairs)


def read(draft: Draft, heard: Heard, facts: Facts, services: Services) -> int | None:
    """Which answer a message gives to the question below the card; None where it gives none."""
    question = _pending(draft, services)
    if question is None or heard.asked != "case_confirm":
        return None
    if heard.is_button:
        position = int(heard.choice[1:]) if is_ours(heard) and heard.choice else len(question.options)
        return position if position < len(question.options) else None
    is_other = facts.yes or facts.any_fact or any(words.says(kind, heard.text) for kind in OTHER)
    return None if is_other else question.read(heard.text)


def is_ours(heard: Heard) -> bool:
    """Whether the button of an answer was pressed, be it of a question that stands there no more."""
    return (heard.choice or "").startswith(CHOICE) and (heard.choice or "")[1:].isdigit()


def take(draft: Draft, heard: Heard, facts: Facts, services: Services) -> bool:
    """Keep the answer a message gives; answers whether it gave one. One that means danger ends the form."""
    question, position = _pending(draft, services), read(draft, heard, facts, services)
    if question is None or position is None:
        return is_ours(heard)
    draft.answers.append([question.text, question.titles[position]])
    draft.question = ""
    if position == question.dangerous:
        draft.urgent, draft.instead = True, f"{DANGER}{question.danger}"
    return True


def told_danger(heard: Heard, services: Services, kind: str) -> Reply:
    """An answer told of danger: what to do now, and a person."""
    return hand_over(heard, services, "safety", Reply("utter_told_danger", advice=advice(kind)).did("emergency_alarm"))


def in_a_line(draft: Draft) -> str:
    """Question and answer as the card shows them behind the matter."""
    return "".join(f"；{question}{answer}" for question, answer in draft.answers)


def _pending(draft: Draft, services: Services) -> Question | None:
    return services.cases.question(draft.description, draft.question) if draft.question else None
