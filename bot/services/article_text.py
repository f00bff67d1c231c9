"""An own text taken apart for people who edit it, and put together again: Markdown with front matter, as in knowledge/articles.

Reading never fails, so that a half-written draft can always be opened; whether a text may be published is decided by
`lacks` and by the importer that reads it afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import yaml

from knowledge.errors import BadFile
from knowledge.importers.articles import FENCE, FIELDS, GUIDE, KINDS, SECTIONS
from knowledge.importing import read_document

#: What else people ask about a matter; offered in a new guide, left out where it stays empty.
OFFERED = ("办公时间", "咨询电话")
NAMELESS = "正文"
KNOWN = frozenset(FIELDS)
#: What every published text says, with its label on the page.
NEEDED = {"title": "标题", "category": "事项分类", "region": "适用地区", "issuer": "发布单位", "valid_from": "生效日期"}
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # twenty times quicker where libyaml is there


@dataclass(frozen=True)
class Part:
    """One passage: what is quoted under a heading. Switched off it is kept and answers nothing."""

    heading: str
    text: str
    on: bool = True


@dataclass(frozen=True)
class Law:
    """One law a text rests on: title, articles as written, number of the document."""

    law: str
    article: str = ""
    number: str = ""


@dataclass(frozen=True)
class ArticleText:
    """An own text in its parts. Empty strings and None stand for what has not been written yet."""

    id: str
    title: str = ""
    kind: str = GUIDE
    category: str = ""
    region: str = "全国"
    issuer: str = ""
    number: str = ""
    unit: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    reviewed: date | None = None
    basis: tuple[Law, ...] = ()
    keywords: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)  # what else stood in the front matter, kept as it was


def new_article(ident: str, kind: str, today: date) -> ArticleText:
    """An empty text of a kind, with the headings a guide needs."""
    headings = [*SECTIONS[:-1], *OFFERED, SECTIONS[-1]] if kind == GUIDE else [NAMELESS]
    return ArticleText(id=ident, kind=kind, valid_from=today, parts=tuple(Part(heading, "") for heading in headings))


def read_text(text: str, ident: str) -> ArticleText:
    """The parts of a text. What has no front matter is all body; what cannot be understood is left empty."""
    meta, body = _split(text)
    off = {str(name) for name in _listed(meta.get("off"))}
    parts = tuple(replace(part, on=part.heading not in off) for part in _parts(body))
    kind = str(meta.get("kind") or (GUIDE if meta else "text"))
    return ArticleText(
        id=str(meta.get("id") or ident),
        title=_said(meta, "title") or _first_heading(body),
        kind=kind if kind in KINDS else "text",
        category=_said(meta, "category"),
        region=_said(meta, "region"),
        issuer=_said(meta, "issuer"),
        number=_said(meta, "number"),
        unit=_said(meta, "unit"),
        valid_from=_day(meta.get("valid_from")),
        valid_to=_day(meta.get("valid_to")),
        reviewed=_day(meta.get("reviewed")),
        basis=tuple(_law(entry) for entry in _listed(meta.get("basis"))),
        keywords=tuple(str(word) for word in _listed(meta.get("keywords"))),
        questions=tuple(str(way) for way in _listed(meta.get("questions"))),
        parts=parts,
        more={name: value for name, value in meta.items() if name not in KNOWN},
    )


def write_text(article: ArticleText) -> str:
    """The text as Markdown with front matter; `read_text` gives the same parts again."""
    fields: dict[str, Any] = {
        "id": article.id,
        "title": article.title,
        "kind": article.kind if article.kind != GUIDE else None,
        "category": article.category,
        "region": article.region,
        "issuer": article.issuer,
        "number": article.number,
        "unit": article.unit,
        "valid_from": article.valid_from,
        "valid_to": article.valid_to,
        "reviewed": article.reviewed,
        "basis": [_entry(law) for law in article.basis],
        "keywords": list(article.keywords),
        "questions": list(article.questions),
        "off": [part.heading for part in article.parts if not part.on],
        **article.more,
    }
    kept = {name: value for name, value in fields.items() if value not in ("", None, [])}
    head = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000)
    body = "\n\n".join(f"## {part.heading}\n{part.text}".rstrip() for part in article.parts)
    return f"{FENCE}\n{head}{FENCE}\n{body}\n"


def without_empty_offers(article: ArticleText) -> ArticleText:
    """Without the passages that were only offered and stayed empty."""
    needed = SECTIONS if article.kind == GUIDE else ()
    return replace(article, parts=tuple(part for part in article.parts if part.text or part.heading in needed))


def lacks(path: str, text: str) -> str:
    """Why the knowledge base would not take this text, in one Chinese sentence; empty when it would."""
    article = read_text(text, "")
    missing = [label for name, label in NEEDED.items() if not getattr(article, name)]
    if missing:
        return f"还没有填“{'”“'.join(missing)}”"
    try:
        read_document(path, text.encode())
    except BadFile as error:
        return error.reason
    return ""


def split_part(parts: tuple[Part, ...], at: int, cursor: int | None) -> tuple[Part, ...]:
    """The passage `at` as two: at the cursor, else at the blank line or line end nearest its middle."""
    part = parts[at]
    cut = cursor if cursor is not None and 0 < cursor < len(part.text) else _middle(part.text)
    first, second = part.text[:cut].strip(), part.text[cut:].strip()
    if not first or not second:
        return parts
    other = replace(part, heading=free_heading(part.heading, (one.heading for one in parts)), text=second)
    return (*parts[:at], replace(part, text=first), other, *parts[at + 1 :])


def merge_parts(parts: tuple[Part, ...], at: int) -> tuple[Part, ...]:
    """The passage `at` and the one behind it as one, under the first one's heading."""
    if at + 1 >= len(parts):
        return parts
    first, second = parts[at], parts[at + 1]
    joined = replace(first, text="\n".join(text for text in (first.text, second.text) if text))
    return (*parts[:at], joined, *parts[at + 2 :])


def free_heading(heading: str, taken: Iterable[str]) -> str:
    """A heading like this one that is not taken yet: 费用（2）."""
    names = set(taken)
    stem = re.sub(r"（\d+）$", "", heading) or NAMELESS
    if stem not in names:
        return stem
    return next(f"{stem}（{n}）" for n in range(2, len(names) + 3) if f"{stem}（{n}）" not in names)


def _middle(text: str) -> int:
    ends = [match.end() for match in re.finditer(r"\n\s*\n", text)] or [match.end() for match in re.finditer(r"[\n。；]", text)]
    inner = [end for end in ends if 0 < end < len(text.rstrip())]
    return min(inner, key=lambda end: abs(end - len(text) // 2), default=0)


def _split(text: str) -> tuple[dict[str, Any], str]:
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    if lines[0].strip() != FENCE or end is None:
        return {}, "\n".join(lines)
    try:
        meta = yaml.load("\n".join(lines[1:end]), Loader=LOADER)  # noqa: S506  # both are safe loaders
    except yaml.YAMLError:
        return {}, "\n".join(lines[end + 1 :])
    return (meta if isinstance(meta, dict) else {}), "\n".join(lines[end + 1 :])


def _parts(body: str) -> list[Part]:
    parts: list[Part] = []
    before: list[str] = []
    for line in body.split("\n"):
        if line.startswith("## "):
            parts.append(Part(line[3:].strip(), ""))
        elif parts:
            parts[-1] = replace(parts[-1], text=f"{parts[-1].text}{line}\n")
        elif not line.startswith("# "):
            before.append(line)
    loose = "\n".join(before).strip()
    if loose:
        parts.insert(0, Part(free_heading(NAMELESS, (part.heading for part in parts)), loose))
    return [replace(part, text=part.text.strip()) for part in parts]


def _first_heading(body: str) -> str:
    found = re.search(r"^# (.+)$", body, re.MULTILINE)
    return found[1].strip() if found else ""


def _said(meta: dict[str, Any], name: str) -> str:
    return str(meta[name]).strip() if meta.get(name) is not None else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else None


def _law(entry: Any) -> Law:
    if not isinstance(entry, dict):
        return Law(str(entry))
    return Law(*(str(entry.get(name) or "") for name in ("law", "article", "number")))


def _entry(law: Law) -> dict[str, str]:
    named = {"law": law.law, "article": law.article, "number": law.number}
    return {name: value for name, value in named.items() if value}
