"""Which sentences of a passage are quoted: verbatim, the one to three units that answer, never half a condition.

A unit is a sentence with all that limits it: a lead-in ends in a colon and keeps its list, 但/除外 stays with its rule.
"""

from __future__ import annotations

import re

from knowledge.asking import asked_kinds
from knowledge.text import even, sentences, words

SHORT = 260  # characters: up to here the whole passage is quoted
MOST_UNITS, LONGEST = 3, 420
ITEM = re.compile(r"^[（(]?[一二三四五六七八九十\d]+[）)、.．]|^[-*·]")
LIMITING = re.compile(r"^(但|但是|除外|其中|前款|前述|有前款|依照前款|上述)")


def units(text: str) -> list[str]:
    """The passage cut into pieces that may be quoted alone; joined in order they are the passage."""
    out: list[str] = []
    in_list = False
    for sentence in sentences(text):
        joins = bool(out) and (LIMITING.match(sentence) or (in_list and ITEM.match(sentence)))
        if joins:
            out[-1] += "\n" + sentence
        else:
            out.append(sentence)
        in_list = sentence.endswith(("：", ":")) or bool(joins and in_list)
    return out


def quote(question: str, text: str) -> str:
    """The units that answer an evened question, one a line, in their order in the passage."""
    if len(text) <= SHORT:
        return text
    parts = units(text)
    asked = set(words(question))
    evidence = [kind.evidence for kind in asked_kinds(question) if kind.evidence]
    scored = sorted(range(len(parts)), key=lambda i: -_worth(even(parts[i]), asked, evidence))
    chosen: list[int] = []
    for i in scored[:MOST_UNITS]:
        if not chosen or sum(len(parts[j]) for j in chosen) + len(parts[i]) <= LONGEST:
            chosen.append(i)
    return "\n".join(parts[i] for i in sorted(chosen))


def _worth(part: str, asked: set[str], evidence: list[re.Pattern[str]]) -> float:
    held = asked & set(words(part))
    return sum(len(word) for word in held) + 2.0 * sum(bool(pattern.search(part)) for pattern in evidence)
