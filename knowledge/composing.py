"""Findings put into words: which passages are cited, what is quoted of them, what is said when there is no answer."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from knowledge import answering, quoting
from knowledge.importers.articles import BASIS_SECTION, basis_line
from knowledge.model import ARTICLE, Passage
from knowledge.regions import NATION

if TYPE_CHECKING:
    from knowledge.answering import Answer, Citation, KnowledgeBase
    from knowledge.finding import Finding

MOST_CHOICES, NEAREST = 8, 3


@cache
def said() -> dict[str, str]:
    """The package's own sentences by name (sentences.yml)."""
    table: dict[str, str] = yaml.safe_load(resources.files("knowledge").joinpath("sentences.yml").read_text("utf-8"))
    return table


def timed(answer: Answer, ms: float) -> Answer:
    return replace(answer, ms=round(ms, 2))


def answered(base: KnowledgeBase, question: str, finding: Finding) -> Answer:
    """The quotations of the best passage and of those close to it."""
    cited = finding.cited
    citations = tuple(_citation(question, passage) for passage in cited)
    text = "\n\n".join(_block(base, passage, citation) for passage, citation in zip(cited, citations, strict=True))
    return _answer("answered", text, finding, "passage_found", citations=citations)


def clarify(finding: Finding, choices: tuple[str, ...]) -> Answer:
    """The question back: where are you?"""
    return _answer("clarify", said()["clarify"], finding, "region_unknown", choices=choices)


def abstained(finding: Finding | None) -> Answer:
    """No answer; the nearest titles for somebody who wants to look on."""
    titles = list(dict.fromkeys(p.title for p in finding.passages))[:NEAREST] if finding else []
    text = said()["abstained"]
    if titles:
        text += "\n" + said()["nearest"].format(titles="\n".join(f"· {title}" for title in titles))
    return _answer("abstained", text, finding, "not_sure" if finding else "nothing_found")


def places(finding: Finding) -> tuple[str, ...]:
    """The places whose own rules lead the list; empty where a national text leads it."""
    if finding.passages[0].region == NATION:
        return ()
    labels = dict.fromkeys(passage.region for passage in finding.passages if passage.region != NATION)
    return tuple(labels)[:MOST_CHOICES]


def _citation(question: str, passage: Passage) -> Citation:
    whole = passage.kind == ARTICLE
    return answering.Citation(
        document=passage.document,
        article=passage.article,
        quote=passage.text if whole else quoting.quote(question, passage.text),
        version=passage.version,
        title=passage.title,
        number=passage.number,
        issuer=passage.issuer,
        region=passage.region,
        in_force=passage.in_force.isoformat() if passage.in_force else None,
    )


def _block(base: KnowledgeBase, passage: Passage, citation: Citation) -> str:
    own = passage.kind == ARTICLE
    name = "answered_article" if own else "answered_statute"
    lines = [said()[name].format(title=passage.title, article=passage.article, quote=citation.quote)]
    basis = base.basis(passage.document) if own and passage.article != BASIS_SECTION else None
    if basis:
        lines.append(basis_line(passage.title, basis))
    known = (citation.issuer, citation.number, citation.region, _since(citation.in_force))
    lines.append(said()["source"].format(source="，".join(part for part in known if part)))
    return "\n".join(lines)


def _since(day: str | None) -> str | None:
    return said()["since"].format(day=day) if day else None


def _answer(
    status: answering.Status,
    text: str,
    finding: Finding | None,
    reason: str,
    *,
    citations: tuple[Citation, ...] = (),
    choices: tuple[str, ...] = (),
) -> Answer:
    pairs = zip(finding.passages, finding.scores, strict=True) if finding else ()
    ranked = tuple(answering.Ranked(p.document, p.article, round(score, 4), p.title, p.version) for p, score in pairs)
    confidence = round(finding.probability, 4) if finding else 0.0
    return answering.Answer(status, text, confidence, citations, ranked, choices, reason, 0.0)
