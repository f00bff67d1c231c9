"""The fields of a guide (办事指南) asked one by one: 要带什么, 多久能办好, 去哪办, behind a question that named the matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from knowledge.asking import asked_kinds
from knowledge.decision import fitted
from knowledge.finding import Finding
from knowledge.model import ARTICLE, Passage
from knowledge.text import even

MOST_CITED = 3
MOST_FIELDS = 2  # a question for two things (多少钱，去哪办) gets both
NO_SECTION = frozenset({"penalty"})  # rules say it, guides do not
#: Kinds whose words stand in questions for something else too (多久能办好): they count where a clause asks nothing else.
WEAK = frozenset({"steps", "condition"})
#: Articles that tell nothing but from when a text holds; and questions that ask just that.
FORMAL = re.compile(r"^本(?:法|条例|办法|规定|细则|决定|解释)自[^。]{1,24}(?:施行|实施|执行)。")
ASKS_SINCE = re.compile(r"施行|实施|生效|执行|哪天起|什么时候(?:开始|起)|几时开始")
CLAUSE = re.compile(r"[,.;?!，。；？！、]|还有|另外|顺便")


def asked_sections(question: str, sections: Sequence[Passage]) -> list[Passage]:
    """The sections an evened question asks for by their kind, clause by clause; at most MOST_FIELDS."""
    by_heading = {section.article: section for section in sections}
    found = [by_heading[heading] for heading in dict.fromkeys(_headings(question)) if heading in by_heading]
    return found[:MOST_FIELDS]


def _headings(question: str) -> list[str]:
    headings = []
    for clause in CLAUSE.split(question):
        kinds = [kind for kind in asked_kinds(clause) if kind.section and kind.name not in NO_SECTION]
        strong = [kind for kind in kinds if kind.name not in WEAK]
        headings += [str(kind.section) for kind in strong or kinds[:1]]
    return headings


def of_topic(question: str, sections: Sequence[Passage]) -> Finding | None:
    """What a guide says to a question that leans on it; None where it asks for none of the fields.

    The decision is not asked: the resident named the matter a moment ago, and the field by its kind.
    """
    cited = asked_sections(question, sections)
    if not cited:
        return None
    decision = fitted()[ARTICLE]
    sure = dict.fromkeys(decision.weights, 0.0)
    return Finding(ARTICLE, tuple(cited), (1.0,) * len(cited), tuple(cited), sure, 0.0)


def complete(
    question: str, cited: Sequence[Passage], found: Sequence[Passage], passages_of: Callable[[str], list[Passage]]
) -> list[Passage]:
    """What is cited, with what else a question for two things needs: another field of the guide, another article.

    `found` are the passages that were considered, best first; of them only the first one's own law is looked through.
    """
    first = cited[0]
    if first.kind == ARTICLE:
        wanted = asked_sections(question, passages_of(first.document))
        more = [section for section in wanted if section.version != first.version] if len(wanted) > 1 else []
        return [first, *more[: MOST_FIELDS - 1], *cited[1:]]
    cited = _telling(question, cited)
    texts = [even(passage.text) for passage in cited]
    evidence = [kind.evidence for kind in asked_kinds(question) if kind.evidence]
    for pattern in evidence:
        if any(pattern.search(text) for text in texts):
            continue
        same_law = (one for one in found if one.document == first.document and one not in cited)
        further = next((one for one in same_law if pattern.search(even(one.text))), None)
        if further is not None:
            cited = [*cited[: MOST_CITED - 1], further]
            texts.append(even(further.text))
    return list(cited)


def _telling(question: str, cited: Sequence[Passage]) -> Sequence[Passage]:
    """The passages without those that only say from when a text holds, unless that is asked or all there is."""
    telling = [one for one in cited if not FORMAL.match(one.text)]
    return cited if ASKS_SINCE.search(question) or not telling else telling
