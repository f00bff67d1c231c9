"""Notices danger to life, hints of suicide, and matters of today, in a message, with the standard library alone.

The rules are rows of `tables/triage.tsv` and `general.tsv`; when none fits, the signs of `signals.tsv` are added up.
A row that fits may not be meant: figures of speech, things feared, denied, past or over, questions about policy, drills.
Rules know only wording somebody foresaw. So their finding is weighed together with what the pieces of the message say
(`danger_model.py`), as a probability: how both are weighed is learnt too (`scripts/fit_danger.py`, decision 0011).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.safety.danger_model import read_pieces, read_weights, shares
from bot.safety.rules import CRISIS_LEVELS, Level, Rule, Signal, calm, lexicon, rules, signals
from bot.text.calls import with_calls_read

#: How far back a denial (没…) or a fear (怕…) reaches, in characters.
REACH = 16
#: Readings that make a whole message calm, by the level of the rule they answer to.
CALM_READINGS: dict[str, tuple[str, ...]] = {
    "emergency": ("past", "over", "ask", "drill"),
    "self_harm": ("drill",),
    "urgent": ("past", "ask", "drill"),
    "none": (),
}
LOCAL_READINGS: dict[str, tuple[str, ...]] = {
    "emergency": ("denied", "fear"),
    "self_harm": ("denied",),
    "urgent": ("fear",),
    "none": (),
}
#: How many points of signs (tables/signals.tsv) make a crisis when no rule fits.
THRESHOLD: dict[str, int] = {"self_harm": 3, "emergency": 3}
#: From how many points on we are sure of it. At 3 points one ordinary message in 40 is taken for danger, at 5 one in 100
#: (our own training phrases): below, the numbers are said and a person looks, but the conversation goes on.
SURE: dict[str, int] = {"self_harm": 3, "emergency": 5}
#: Among the signs must be one of at least this many points: an old person and a hand are no danger.
STRONG = 2
#: The levels in the order of the learnt tables.
LEVELS: tuple[Level, ...] = ("none", "urgent", "emergency", "self_harm")
LEVEL_TABLE, KIND_TABLE, LAST_TABLE = "danger_levels.tsv", "danger_kinds.tsv", "danger_last.tsv"
#: What the last step is told of the rules' finding: how grave, and whose rule it was; some kinds' rules are more to be trusted.
GRAVE = ("rule_emergency_sure", "rule_emergency", "rule_self_harm", "rule_urgent")
#: Which part of the message's letters the words of a rule are, 0 … 1.
SHARES = ("rule_share_emergency", "rule_share_self_harm")
#: From this probability of a crisis on the numbers are said and a person looks.
ALARM = 0.12
#: From this probability on it is a crisis: the fixed text, and a person takes over.
SURE_FROM = 0.8
#: The kind of a level without a rule that fits.
KIND_OF_LEVEL: dict[Level, str] = {"self_harm": "suicide", "urgent": "hazard", "none": ""}
#: Below this share of the likeliest kind the text with all three numbers is said.
KIND_FROM = 0.5
_NO_WORDS = re.compile(r"[\W\d]")
_CLAUSE_START = re.compile(r"[,。;!?]")
#: Inside the words that fit: 电瓶车充电 我怕爆炸.
_FEARED = re.compile(r"(?<!害)怕(?!他|她|老公|死)|担心|万一|会不会|要是|如果|难免|容易|以防")


@dataclass(frozen=True)
class Assessment:
    """`kind` names the sentence to say (fire, gas …; empty for none); `matched` are the evened words of a rule, if one fits.

    Not `sure`: likely enough that a person should look, not enough to stop the conversation.
    """

    level: Level
    kind: str
    matched: str
    sure: bool = True


CALM = Assessment("none", "", "")


def _idioms_removed(text: str) -> str:
    """Figures of speech blanked out, so that 急死我了 does not read as death; the length stays the same."""
    return calm("idiom").sub(lambda match: "·" * len(match[0]), text)


def _is_calm(rule: Rule, text: str) -> bool:
    """Whether the whole message speaks of something past, over, asked about or played."""
    happening = re.search(lexicon()["now"], text) is not None
    for reading in CALM_READINGS[rule.level]:
        if calm(reading).search(text) and not (reading in ("past", "ask") and happening):
            return True
    return False


def _is_meant(rule: Rule, text: str, match: re.Match[str]) -> bool:
    """Whether this match is neither denied nor only feared by the words right before it."""
    before = text[max(0, match.start() - REACH) : match.start()]
    before = _CLAUSE_START.split(before)[-1]
    if rule.level == "emergency" and _FEARED.search(match[0]):
        return False
    return not any(calm(reading).search(before) for reading in LOCAL_READINGS[rule.level])


def _fits(rule: Rule, text: str, whole: str) -> str | None:
    """The words of `text` that set the rule off, or None; exceptions are looked for in `whole`, idioms included."""
    if not all(part.search(text) for part in rule.parts):
        return None
    if rule.unless is not None and rule.unless.search(whole):
        return None
    first = next((match for match in rule.parts[0].finditer(text) if _is_meant(rule, text, match)), None)
    if first is None or _is_calm(rule, text):
        return None
    return first[0]


def _by_signals(text: str, whole: str) -> Assessment:
    """What several signs say together when no single rule fits; its kind is the strongest sign's.

    Signs of calm are looked for in `whole`, figures of speech included.
    """
    for level, threshold in THRESHOLD.items():
        if any(calm(reading).search(text) for reading in CALM_READINGS[level]):
            continue
        found = [
            (sign, match)
            for sign in signals()
            if sign.level == level and (match := sign.pattern.search(text if sign.points > 0 else whole))
        ]
        points = [sign.points for sign, _ in found]
        if sum(points) >= threshold and max(points) >= STRONG:
            strongest, match = max(found, key=_strength)
            return Assessment(strongest.level, strongest.kind, match[0], sure=sum(points) >= SURE[level])
    return CALM


def _strength(found: tuple[Signal, re.Match[str]]) -> int:
    """Signs without a kind of their own cannot name the danger."""
    sign, _ = found
    return 0 if sign.kind == "-" else sign.points


def _by_rules(levels: tuple[str, ...], plain: str, whole: str) -> Assessment:
    """The first rule of these levels that fits, or CALM."""
    for rule in rules():
        matched = _fits(rule, plain, whole) if rule.level in levels else None
        if matched is not None:
            return Assessment(rule.level, rule.kind, matched)
    return CALM


def by_tables(text: str) -> Assessment:
    """What the rules and signs alone find."""
    whole = with_calls_read(text)
    plain = _idioms_removed(whole)
    found = _by_rules(CRISIS_LEVELS, plain, whole)
    if found == CALM:
        found = _by_signals(plain, whole)
    return found if found != CALM else _by_rules(("urgent",), plain, whole)


@cache
def rule_names() -> tuple[str, ...]:
    """What the last step is told of the rules' finding: how grave, how much of the message, and which kind of crisis."""
    kinds = {rule.kind for rule in rules() if rule.level in CRISIS_LEVELS}
    return (*GRAVE, *SHARES, *(f"rule_kind_{kind}" for kind in sorted(kinds)))


def rule_features(text: str, found: Assessment) -> tuple[float, ...]:
    """The rules' finding in `text` as the last step reads it, one value for each of `rule_names()`."""
    is_emergency, is_self_harm = found.level == "emergency", found.level == "self_harm"
    is_sure = (is_emergency or is_self_harm) and found.sure
    # 老公打我 is nearly all rule; in a long message about something else the same words may be past, quoted or denied
    share = min(1.0, len(found.matched) / max(1, len(_NO_WORDS.sub("", text)))) if is_sure else 0.0
    kinds = (is_sure and name == f"rule_kind_{found.kind}" for name in rule_names()[len(GRAVE) + len(SHARES) :])
    grave = (is_emergency and found.sure, is_emergency, is_self_harm, found.level == "urgent")
    return (*grave, share * is_emergency, share * is_self_harm, *kinds)


def probabilities(text: str, found: Assessment) -> list[float]:
    """How likely each of LEVELS is, given the words and what the rules found."""
    scores = read_pieces(LEVEL_TABLE).scores(with_calls_read(text))
    table = read_weights(LAST_TABLE)
    totals = list(table["bias"])
    rows = [f"pieces_{level}" for level in LEVELS] + list(rule_names())
    for row, value in zip(rows, [*scores, *rule_features(text, found)], strict=True):
        totals = [total + value * weight for total, weight in zip(totals, table[row], strict=True)]
    return shares(totals)


def level_of(likely: Sequence[float]) -> Level:
    """The level to act on: a missed crisis weighs more than a false alarm, so ALARM decides before the likeliest."""
    none, urgent, emergency, self_harm = likely
    if emergency + self_harm >= ALARM:
        return "emergency" if emergency >= self_harm else "self_harm"
    return "urgent" if urgent > none else "none"


def _kind(level: Level, text: str, found: Assessment) -> str:
    """Which text is said: the rule's own, else the likeliest kind of emergency where that is clear."""
    if found.level == level:
        return found.kind
    if level == "emergency":
        table = read_pieces(KIND_TABLE)
        likely = shares(table.scores(with_calls_read(text)))
        return table.labels[likely.index(max(likely))] if max(likely) >= KIND_FROM else "general"
    return KIND_OF_LEVEL[level]


def assess(text: str) -> Assessment:
    """How urgent a message is; any text, also empty, gets an answer and nothing is raised."""
    found = by_tables(text)
    likely = probabilities(text, found)
    level = level_of(likely)
    if level == "none":
        return CALM
    matched = found.matched if found.level == level else ""
    return Assessment(level, _kind(level, text, found), matched, sure=level == "urgent" or sum(likely[2:]) >= SURE_FROM)
