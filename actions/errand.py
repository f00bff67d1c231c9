"""What a resident wants with a case filed earlier, while it is not yet known which one. Kept in one slot between messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from actions import words
from bot.cases.numbers import read_case_number, read_tail
from bot.cases.status import OPEN, CaseStatus
from bot.services.calendar import LOCAL
from bot.services.views import CaseView
from bot.text.normalize import even

ANSWERED = (CaseStatus.ANSWERED, CaseStatus.CLOSED)


@dataclass(frozen=True)
class Task:
    """One thing that can be done with a case: in which states, and what must be known before."""

    states: tuple[CaseStatus, ...]
    needs: tuple[str, ...] = ()


#: Rasa's intent → what is to be done.
TASKS: dict[str, Task] = {
    "check_case": Task(tuple(CaseStatus)),
    "urge_case": Task(OPEN),
    "supplement_case": Task(OPEN, ("words",)),
    "withdraw_case": Task(OPEN, ("confirm",)),
    "rate_case": Task(ANSWERED, ("grade",)),
    "appeal_result": Task(ANSWERED, ("words",)),
}
GRADES = ("grade1", "grade2", "grade5", "grade4", "grade3")  # 非常不满意 before 不满意 before 满意
#: What the buttons below a score, or below a neighbour's report, say → the field and what it is.
PRESSED: dict[str, tuple[str, bool]] = {
    "solved": ("solved", True), "unsolved": ("solved", False), "contacted": ("contacted", True),
    "uncontacted": ("contacted", False), "cosign": ("cosigns", True), "apart": ("cosigns", False),
}  # fmt: skip
#: What is passed on to the staff where the case was reported somewhere else and cannot be found here.
PASSED_ON = frozenset({"urge_case", "supplement_case", "withdraw_case", "rate_case", "appeal_result"})
#: A message with at least this many characters is a reason or an addition by itself.
SAYS_SOMETHING = 12
#: After this many answers that named no case of theirs the resident is offered a person.
MOST_TRIES = 2


@dataclass
class Errand:
    """The task and what is known for it. No personal data: words are inbox ids."""

    task: str
    heard: str = ""
    number: str | None = None
    words_in: list[int] = field(default_factory=list)
    grade: int | None = None
    solved: bool | None = None
    contacted: bool | None = None
    confirmed: bool = False
    asked: int = 0  # how often the number was asked
    said_in: list[int] = field(default_factory=list)  # everything said about it, to be passed on
    nothing: bool = False  # there is no case it could be about
    elsewhere: bool = False  # they have no case here: it was reported somewhere else
    instead: str = ""  # the form ended because the message was something else (actions/detours.py)
    cosigns: bool | None = None  # the button below what a neighbour has reported
    pressed: bool = False  # a button below the score answered whether it was solved, or whether anybody was in touch
    dropped: bool = False  # the resident does not want it after all

    @classmethod
    def of(cls, slot: dict[str, Any] | None) -> Errand | None:
        return cls(**slot) if slot else None

    def as_slot(self) -> dict[str, Any]:
        return asdict(self)

    def next_slot(self) -> str | None:
        """What to ask now; None: everything is known, or there is nothing to be found."""
        if self.nothing or self.dropped or self.instead:
            return None
        if self.elsewhere:
            return self._next_elsewhere()
        if self.number is None:
            return "progress_number"
        known = {"words": bool(self.words_in) or self.cosigns is not None, "grade": self._scores, "confirm": self.confirmed}
        return next((f"progress_{need}" for need in TASKS[self.task].needs if not known[need]), None)

    @property
    def _scores(self) -> bool:
        """Whether a grade is there, or one of the two questions that are asked behind it was answered by button."""
        return self.grade is not None or self.pressed

    def _next_elsewhere(self) -> str | None:
        """Of a case we do not know: its number once, then what is to be passed on."""
        if not self.asked and self.task != "rate_case":
            return "progress_number"
        needs_words = "words" in TASKS[self.task].needs and not self.words_in
        return "progress_words" if needs_words else None


def facts_of(case: CaseView) -> dict[str, str]:
    """What is said of a case."""
    local = case.opened_at.astimezone(LOCAL)
    return {
        "number": case.number, "status": case.status_label, "unit": case.unit, "promise": case.promise + case.usual,
        "category": case.category, "step": case.step or case.status_label, "coming": case.coming,
        "day": f"{local.month}月{local.day}日",
    }  # fmt: skip


def named_number(text: str, *, is_asked: bool) -> str | None:
    """The number or tail a message names a case by; four digits alone only where a number was asked for."""
    number = read_case_number(text)
    if number is None and (is_asked or words.says("tail", text) or even(text).strip().isdigit()):
        number = read_tail(even(text))
    return number


def meant(cases: Sequence[CaseView], text: str) -> CaseView | None:
    """The only case of several whose description shares the most words with the message; None where it is not clear."""
    pairs = {text[index : index + 2] for index in range(len(text) - 1)}
    scores = [(sum(pair in f"{case.description}{case.category}" for pair in pairs), case) for case in cases]
    best = max((score for score, _ in scores), default=0)
    winners = [case for score, case in scores if score == best]
    return winners[0] if best > 0 and len(winners) == 1 else None


def read_grade(text: str, choice: str | None) -> int | None:
    """1 to 5 from a button or from words."""
    if choice and choice.isdigit():
        return int(choice)
    name = next((name for name in GRADES if words.says(name, text)), None)
    return int(name[-1]) if name else None


def read_solved(text: str) -> bool | None:
    """Whether the resident says it was solved; None where nothing is said about it."""
    if words.says("unsolved", text):
        return False
    return True if words.says("solved", text) else None
