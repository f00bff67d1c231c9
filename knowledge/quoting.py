"""Which sentences of a passage are quoted: verbatim, the one to three units that answer, never half a condition.

A unit is a sentence with all that limits it: a lead-in ends in a colon and keeps its list, 但/除外 stays with its rule.
Measured over tests/knowledge/quotations.yml; what is in doubt is quoted, a resident loses more by a dropped condition.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib import resources

import yaml

from knowledge.asking import asked_kinds
from knowledge.text import even, sentences, words

SHORT = 260  # characters: up to here a passage of no more than MOST_UNITS is quoted whole
MOST_UNITS, LONGEST = 3, 420
ENOUGH = 0.25  # share of the best unit's worth from which another one is quoted too
WORD, PAIR, SIGN, EVIDENCE = 0.3, 0.3, 1.5, 3.0  # worth of a shared character in a word, a pair, a rare sign; of evidence
ITEM = re.compile(r"^[（(]?[一二三四五六七八九十\d]+[）)、.．]|^[-*·]")
LIMITING = re.compile(r"^(但|但是|除外|其中|前款|前述|有前款|依照前款|上述|有下列|下列|对前款|违反前款|符合前款|具有前款)")
#: A list that is asked for by its lead or by one item is quoted whole.
LEAD = re.compile(r"[：:]$")
HAN = re.compile(r"[\u4e00-\u9fff0-9]")


def units(text: str) -> list[str]:
    """The passage cut into pieces that may be quoted alone; joined in order they are the passage."""
    out: list[str] = []
    in_list = False
    for sentence in sentences(text):
        joins = bool(out) and (LIMITING.match(sentence) or (in_list and ITEM.match(sentence)))
        if joins:
            out[-1] += ("\n" if f"{out[-1]}{sentence}" not in text else "") + sentence
        else:
            out.append(sentence)
        in_list = bool(LEAD.search(sentence)) or bool(joins and in_list)
    return out


def quote(question: str, text: str) -> str:
    """The units that answer an evened question, one a line, in their order in the passage."""
    parts = units(text)
    if len(parts) == 1 or (len(parts) <= MOST_UNITS and len(text) <= SHORT):
        return text
    worth = _worth(question, [even(part) for part in parts])
    best = max(worth)
    chosen: list[int] = []
    for at in sorted(range(len(parts)), key=lambda at: -worth[at])[:MOST_UNITS]:
        fits = sum(len(parts[i]) for i in chosen) + len(parts[at]) <= LONGEST
        if not chosen or (worth[at] >= ENOUGH * best and fits):
            chosen.append(at)
    return "\n".join(parts[at] for at in sorted(chosen))


def _worth(question: str, parts: list[str]) -> list[float]:
    """How much each unit answers: what it shares with the question, what is rare in the passage most, and evidence."""
    asked, pairs, signs = set(words(question)), set(_pairs(question)), set(HAN.findall(question))
    spread = Counter(sign for part in parts for sign in set(part) & signs)
    evidence = [kind.evidence for kind in asked_kinds(question) if kind.evidence]
    evidence += [pattern for asked_for, pattern in _more() if asked_for.search(question)]
    return [
        WORD * sum(len(word) for word in asked & set(words(part)))
        + PAIR * len(pairs & set(_pairs(part)))
        + SIGN * sum(1 / spread[sign] for sign in signs & set(part))
        + EVIDENCE * sum(bool(pattern.search(part)) for pattern in evidence)
        for part in parts
    ]


@cache
def _more() -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    rows = yaml.safe_load(resources.files("knowledge").joinpath("quoting.yml").read_text("utf-8"))
    return [(re.compile(row["asked"]), re.compile(row["evidence"])) for row in rows]


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]
