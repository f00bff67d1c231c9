"""The form of a knowledge text: what was typed, as strings, and the text it stands for, or the first thing that is wrong.

`Typed` is what the page shows; nothing typed is ever dropped on the way back to the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from starlette.datastructures import FormData

from bot.cases.errors import Invalid
from bot.desk.inputs import clean
from bot.desk.rendering import CHINA
from bot.services.article_text import NAMELESS, ArticleText, Law, Part, free_heading
from bot.services.text_changes import said
from knowledge.importers.articles import MOST_QUESTIONS
from knowledge.regions import parse_region

#: Characters of one-line fields.
LIMITS = {"title": 100, "category": 40, "issuer": 80, "number": 60, "unit": 60}
BODY_AT_MOST, PARTS_AT_MOST, HEADING_AT_MOST, LINE_AT_MOST = 60_000, 200, 60, 200
SPLIT = re.compile(r"[|｜\t]")


@dataclass(frozen=True)
class TypedPart:
    """A passage as typed."""

    heading: str
    text: str
    on: bool


@dataclass(frozen=True)
class Typed:
    """A form as typed: one-line fields and lists by name, passages in order."""

    fields: Mapping[str, str]
    parts: Sequence[TypedPart]
    why: str = ""

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


@dataclass(frozen=True)
class Act:
    """What the pressed button asks for: save, hand_in, discard, or something with passage `at`."""

    name: str
    at: int = 0
    cursor: int | None = field(default=None)


NAMES = (
    "title", "category", "region", "issuer", "number", "unit", "valid_from", "valid_to", "questions", "keywords", "basis",
)  # fmt: skip


def typed_of(article: ArticleText, why: str = "") -> Typed:
    """A stored text as the form shows it."""
    fields = {name: said(article, name) for name in NAMES}
    fields["basis"] = "\n".join(" | ".join((law.law, law.article, law.number)).rstrip(" |") for law in article.basis)
    return Typed(fields, [TypedPart(part.heading, part.text, part.on) for part in article.parts], why)


def typed_from(form: FormData) -> Typed:
    """What a browser sent."""
    count = min(number_of(form.get("parts")) or 0, PARTS_AT_MOST)
    parts = [
        TypedPart(_text(form, f"heading_{at}"), _text(form, f"text_{at}"), form.get(f"on_{at}") == "1") for at in range(count)
    ]
    return Typed({name: _text(form, name) for name in NAMES}, parts, _text(form, "why"))


def act_of(form: FormData) -> Act:
    """The pressed button, `split-3` or plain `save`; save for anything unknown."""
    name, _, at = str(form.get("act") or "save").partition("-")
    known = name in ("save", "hand", "discard", "split", "merge", "remove", "add", "up")
    return Act(name if known else "save", number_of(at) or 0, number_of(form.get("cursor")))


def article_of(typed: Typed, before: ArticleText) -> ArticleText:
    """The text that was typed; what the form does not show stays as `before` had it. Raises Invalid."""
    for name, most in LIMITS.items():
        if len(typed[name]) > most:
            raise Invalid(f"knowledge_{name}", limit=str(most))
    body = sum(len(part.text) for part in typed.parts)
    if body > BODY_AT_MOST:
        raise Invalid("knowledge_body", count=str(body), limit=str(BODY_AT_MOST))
    begins, ends = day_of("valid_from", typed["valid_from"]), day_of("valid_to", typed["valid_to"])
    if begins and ends and ends < begins:
        raise Invalid("knowledge_days", begins=begins.isoformat(), ends=ends.isoformat())
    return replace(
        before,
        title=typed["title"],
        category=typed["category"],
        issuer=typed["issuer"],
        number=typed["number"],
        unit=typed["unit"],
        region=_region(typed["region"]),
        valid_from=begins,
        valid_to=ends,
        questions=_lines(typed["questions"], MOST_QUESTIONS),
        keywords=tuple(filter(None, re.split(r"[,，、\s]+", typed["keywords"])))[:MOST_QUESTIONS],
        basis=tuple(_law(line) for line in typed["basis"].split("\n") if line.strip()),
        parts=_parts(typed.parts),
    )


def day_of(name: str, text: str) -> date | None:
    """A day as browsers and people write it (2026-01-31, 2026/1/31, 2026年1月31日). Raises Invalid."""
    if not text:
        return None
    numbers = re.findall(r"\d+", text)
    try:
        year, month, day = map(int, numbers)
        return date(year, month, day)
    except ValueError as error:
        raise Invalid("knowledge_day", day=text[:20]) from error


def instant_of(day: str, hour: str) -> datetime:
    """The instant of a planned publication, in the district's time; midnight without an hour. Raises Invalid."""
    on = day_of("publish_at", day)
    if on is None:
        raise Invalid("publish_at")
    try:
        at = time.fromisoformat(hour) if hour else time()
    except ValueError as error:
        raise Invalid("publish_at") from error
    return datetime.combine(on, at.replace(tzinfo=None), CHINA)


def _text(form: FormData, name: str) -> str:
    value: Any = form.get(name)
    return clean(value) if isinstance(value, str) else ""


def number_of(value: Any) -> int | None:
    """A small whole number a browser sent; None for anything else."""
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < len("1000000000")
        else None
    )


def _region(text: str) -> str:
    """The place as residents read it. Raises Invalid for one that is not known: it would answer nobody, or everybody."""
    if not text:
        return ""
    place = parse_region(text)
    if place is None:
        raise Invalid("knowledge_region", region=text[:20])
    return place.label


def _lines(text: str, most: int) -> tuple[str, ...]:
    lines = tuple(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
    if len(lines) > most:
        raise Invalid("knowledge_questions", count=str(len(lines)), limit=str(most))
    if any(len(line) > LINE_AT_MOST for line in lines):
        raise Invalid("knowledge_question_long", limit=str(LINE_AT_MOST))
    return lines


def _law(line: str) -> Law:
    law, article, number, *_ = [part.strip() for part in SPLIT.split(line)] + ["", ""]
    return Law(law, article, number)


def _parts(typed: Sequence[TypedPart]) -> tuple[Part, ...]:
    """Passages with one heading each; what has neither heading nor text is nothing. Raises Invalid."""
    parts: list[Part] = []
    for one in typed:
        heading = " ".join(one.heading.split()).lstrip("#").strip()
        if not heading and not one.text:
            continue
        taken = [part.heading for part in parts]
        if heading in taken:
            raise Invalid("knowledge_heading_twice", heading=heading)
        if len(heading) > HEADING_AT_MOST:
            raise Invalid("knowledge_heading", limit=str(HEADING_AT_MOST))
        # A line that looks like a heading would begin another passage in the stored text.
        text = re.sub(r"^## ", "### ", one.text, flags=re.MULTILINE)
        parts.append(Part(heading or free_heading(NAMELESS, taken), text, one.on))
    return tuple(parts)
