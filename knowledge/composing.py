"""Findings put into words: which passages are cited, what is quoted of them, what is said when there is no answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from knowledge import answering, clock, fields, place, quoting
from knowledge.importers.articles import BASIS_SECTION, basis_line
from knowledge.model import ARTICLE, STATUTE, Passage
from knowledge.reading import now_of
from knowledge.regions import NATION
from knowledge.versions import last_day

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
    """The answer with how long it took, in milliseconds."""
    return replace(answer, ms=round(ms, 2))


def answered(base: KnowledgeBase, question: str, finding: Finding, day: date) -> Answer:
    """The quotations of the best passage and of those close to it; what is over says so, and what holds now."""
    cited = place.specific_first(fields.complete(question, finding.cited, finding.passages, base.passages_of))
    quoted = [(passage, _citation(base, question, passage)) for passage in cited]
    last = {passage.document: passage for passage in cited}  # the source of a document stands once, under its last
    blocks = [_block(base, question, one, citation, is_last=last[one.document] is one) for one, citation in quoted]
    if finding.kind == STATUTE and len(blocks) > 1:
        blocks.insert(0, said()["several"].format(count=len(blocks)))
    if day != clock.today():
        blocks.insert(0, said()["as_of"].format(day=_plain_day(day)))
    return _answer("answered", "\n\n".join(blocks), finding, "passage_found", citations=tuple(one for _, one in quoted))


def clarify(finding: Finding, choices: tuple[str, ...]) -> Answer:
    """The question back: where are you?"""
    return _answer("clarify", said()["clarify"], finding, "region_unknown", choices=choices)


def abstained(finding: Finding | None, day: date) -> Answer:
    """No answer; the nearest titles for somebody who wants to look on."""
    titles = list(dict.fromkeys(p.title for p in finding.passages))[:NEAREST] if finding else []
    text = said()["abstained"] if day == clock.today() else said()["abstained_then"].format(day=_plain_day(day))
    if titles:
        text += "\n" + said()["nearest"].format(titles="\n".join(f"· {title}" for title in titles))
    return _answer("abstained", text, finding, "not_sure" if finding else "nothing_found")


def places(finding: Finding) -> tuple[str, ...]:
    """The places whose own rules lead the list; empty where a national text leads it."""
    if finding.passages[0].region == NATION:
        return ()
    labels = dict.fromkeys(passage.region for passage in finding.passages if passage.region != NATION)
    return tuple(labels)[:MOST_CHOICES]


def _citation(base: KnowledgeBase, question: str, passage: Passage) -> Citation:
    whole = passage.kind == ARTICLE
    today = clock.today()
    until = last_day(base.versions().period(passage.document), today)
    now = now_of(passage, base.versions(), base.passages_of, today) if until else None
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
        until=until.isoformat() if until else None,
        now=now.version if now else None,
    )


def _block(base: KnowledgeBase, question: str, passage: Passage, citation: Citation, *, is_last: bool) -> str:
    own = passage.kind == ARTICLE
    name = "answered_article" if own else "answered_statute"
    lines = [said()[name].format(title=passage.title, article=passage.article, quote=citation.quote)]
    standing = _standing(base, question, passage, citation)
    if not is_last:
        return "\n".join([*lines, *standing[1:]])
    basis = base.basis(passage.document) if own and passage.article != BASIS_SECTION else None
    if basis:
        lines.append(basis_line(passage.title, basis))
    known = (citation.issuer, citation.number, citation.region, _since(passage.in_force))
    lines.append(said()["source"].format(source="，".join(part for part in known if part)))
    return "\n".join(lines + standing)


def _standing(base: KnowledgeBase, question: str, passage: Passage, citation: Citation) -> list[str]:
    """That a text is over and what holds now, or that it does not hold yet; nothing for what holds."""
    if passage.in_force and passage.in_force > clock.today():
        return [said()["not_yet"].format(day=_plain_day(passage.in_force))]
    if citation.until is None:
        return []
    over = said()["over"].format(day=_plain_day(date.fromisoformat(citation.until)))
    now = base.passage(citation.now) if citation.now else None
    if now is None:
        return [over, said()["now_unknown"]]
    facts = {"title": now.title, "article": now.article, "since": _since(now.in_force) or ""}
    if now.text == passage.text:
        return [over, said()["now_same"].format(**facts)]
    return [over, said()["now"].format(quote=quoting.quote(question, now.text), **facts)]


def _since(day: date | None) -> str | None:
    return said()["since"].format(day=_plain_day(day)) if day else None


def _plain_day(day: date) -> str:
    return said()["day"].format(year=day.year, month=day.month, day=day.day)


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
