"""The number at which the resident's own side can be reached. Other people's numbers and hotlines are left alone."""

import re
from dataclasses import dataclass

from bot.text.digits import Run, runs_like
from bot.text.normalize import Evened, even_with_origins
from bot.text.span import Span
from bot.text.tables import patterns

MOBILE = re.compile(r"(?:86|0086)?1[3-9]\d{9}")
LANDLINE = re.compile(r"0(?:10|2\d)[2-8]\d{7}|0[3-9]\d{2}[2-8]\d{6,7}")
LOCAL = re.compile(r"[2-8]\d{6,7}")
#: A mobile number with a digit or two too few or too many.
_NEARLY = re.compile(r"1[3-9]\d{7,8}|1[3-9]\d{10,11}")
_CLAUSE_END = re.compile(r"[,。;!?、 ]")
#: How far before a number the words that say whose it is are looked for, in characters.
LOOK_BACK = 14


def is_telephone(digits: str) -> bool:
    """Whether these digits alone are a mobile number or a landline with its area code."""
    return bool(MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits))


@dataclass(frozen=True)
class _Scored:
    run: Run
    score: int


def _words_around(evened: Evened, run: Run) -> tuple[str, str]:
    before = evened.text[max(0, run.start - LOOK_BACK) : run.start]
    after = evened.text[run.end : run.end + 8]
    return before, after


def _score(evened: Evened, run: Run) -> int:
    """Above zero: the resident's; below zero: somebody else's, or no longer valid."""
    before, after = _words_around(evened, run)
    score = 1
    for kind, pattern in patterns("contact_cues"):
        where = before if kind.startswith("before") else after
        if pattern.search(where):
            score += -5 if kind.endswith("not_ours") else 2
    return score


def telephones(evened: Evened) -> list[Run]:
    """All telephone numbers, whoever they belong to; offsets are those of the evened text."""
    found = list(runs_like(evened, is_telephone))
    taken = {offset for run in found for offset in range(run.start, run.end)}
    for run in runs_like(evened, lambda digits: bool(LOCAL.fullmatch(digits))):
        is_named = re.search(r"(?:电话|座机|固话|号码|打)[是:为 ]{0,2}$", evened.text[: run.start])
        if is_named and taken.isdisjoint(range(run.start, run.end)) and _stands_alone(evened.text, run):
            found.append(run)
    return sorted(found, key=lambda run: run.start)


def _stands_alone(text: str, run: Run) -> bool:
    return not text[run.end : run.end + 1].isalnum() or not text[run.end].isascii()


def find_contact(text: str) -> Span | None:
    """The number to reach the resident at, word for word as written; the last one given of several."""
    evened = even_with_origins(text)
    scored = [_Scored(run, _score(evened, run)) for run in telephones(evened)]
    ours = [each for each in scored if each.score > 0]
    if not ours:
        return None
    best = max(ours, key=lambda each: (each.score, each.run.start))
    return evened.span(_with_country_code(evened.text, best.run.start), best.run.end)


def _with_country_code(text: str, start: int) -> int:
    return start - 1 if text[start - 1 : start] == "+" else start


def bad_contact(text: str) -> Span | None:
    """What was meant as a telephone number but has a digit too few or too many; None when there is nothing wrong."""
    evened = even_with_origins(text)
    if telephones(evened):
        return None
    for run in runs_like(evened, lambda digits: bool(_NEARLY.fullmatch(digits))):
        before, _ = _words_around(evened, run)
        if not any(pattern.search(before) for kind, pattern in patterns("contact_cues") if kind == "before_not_phone"):
            return evened.span(run.start, run.end)
    return None
