"""Our own article Markdown: front matter (YAML between `---` lines), then one `## ` section a passage.

The quoted text of a section stays verbatim; title, keywords and the ways people ask are added to the search text only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import yaml

from knowledge.errors import BadFile
from knowledge.model import ARTICLE, Document, Section
from knowledge.regions import parse_region
from knowledge.text import clean

FENCE = "---"
#: field of the front matter → whether it must be there
FIELDS = {
    "id": True,
    "title": True,
    "category": True,
    "region": True,
    "issuer": True,
    "valid_from": True,
    "reviewed": True,
    "basis": True,
    "keywords": False,
    "questions": True,
    "number": False,
    "valid_to": False,
    "until": False,
    "kind": False,
    "unit": False,
    "off": False,
}
SECTIONS = ("适用条件", "申请材料", "办理步骤", "办理地点", "办理时限", "费用", "法律依据", "以当地为准")
BASIS_SECTION, LOCAL_SECTION = "法律依据", "以当地为准"
#: `kind` → what it may do without; a guide (办事指南) has every section, a laws list and several ways of asking
GUIDE, FAQ, TEXT = "guide", "faq", "text"
KINDS = (GUIDE, FAQ, TEXT)
NEEDED_IN_GUIDES_ONLY = frozenset({"basis", "questions"})
FEWEST_QUESTIONS, MOST_QUESTIONS = 3, 30

#: how residents ask for each usual section; only search text, never shown
SECTION_WORDS = {
    "适用条件": "什么人可以 条件 资格 符合 要求 能不能",
    "申请材料": "材料 带什么 准备什么 证件 手续",
    "办理步骤": "怎么办 流程 步骤 程序 先后",
    "办理地点": "去哪办 哪里 地点 窗口 找谁 找哪个部门",
    "办理时限": "多久 几天 多长时间 什么时候 期限",
    "费用": "多少钱 收费 费用 免费 要钱吗",
    "法律依据": "法律依据 哪条规定 法规",
    "以当地为准": "当地 标准 各地 不同",
}


@dataclass(frozen=True)
class _Part:
    heading: str
    text: str
    line: int


def read_article(path: str, text: str) -> Document:
    """One article from its Markdown. Raises BadFile with the line that is wrong."""
    body = clean(text)
    meta, start = _front_matter(path, body)
    _check_meta(path, meta, body)
    parts = _parts(path, body, start, meta)
    day = _day(path, meta, "valid_from", body)
    region = parse_region(str(meta["region"]))
    if region is None:
        raise BadFile(path, f"region“{meta['region']}”不是认识的地方，请写 全国、省名或城市名", _line_of(body, "region"))
    return Document(
        path=path,
        kind=ARTICLE,
        title=str(meta["title"]),
        issuer=str(meta["issuer"]),
        number=str(meta["number"]) if meta.get("number") else None,
        region=region,
        published=day,
        in_force=day,
        sections=tuple(_section(meta, part) for part in parts),
        family=path,
        until=_last_day(path, meta, body),
        asked=tuple(dict.fromkeys([str(meta["title"]), *map(str, meta.get("questions") or [])])),
        basis=tuple((str(entry["law"]), str(entry.get("article") or "")) for entry in meta.get("basis") or []),
    )


def basis_line(document_title: str, basis_text: str) -> str:
    """The line put under a quotation from an own article: on which law it rests."""
    first = next((line.strip("-*· ") for line in basis_text.split("\n") if line.strip("-*· ")), "")
    return f"依据：{first}" if first else f"依据：{document_title}"


def _front_matter(path: str, body: str) -> tuple[dict[str, Any], int]:
    """The parsed front matter and the index of the first line behind it."""
    lines = body.split("\n")
    if lines[0].strip() != FENCE:
        raise BadFile(path, f"第一行应是“{FENCE}”，后面写 id、title 等信息", 1)
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    if end is None:
        raise BadFile(path, f"开头的信息没有用“{FENCE}”结束", 1)
    try:
        meta = yaml.safe_load("\n".join(lines[1:end]))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadFile(path, "开头的信息不是正确的 YAML，请检查冒号、引号和缩进", mark.line + 2 if mark else 2) from error
    if not isinstance(meta, dict):
        raise BadFile(path, "开头的信息应是“名称: 值”的形式", 2)
    return meta, end + 1


def _line_of(body: str, name: str) -> int:
    """The line on which a field of the front matter stands; the first where it is missing."""
    found = re.search(rf"^{re.escape(name)}\s*:", body, re.MULTILINE)
    return body.count("\n", 0, found.start()) + 1 if found else 1


def kind_of(meta: dict[str, Any]) -> str:
    """What sort of own article a front matter describes; a guide where it says nothing."""
    return str(meta.get("kind") or GUIDE)


def _check_meta(path: str, meta: dict[str, Any], body: str) -> None:
    if kind_of(meta) not in KINDS:
        raise BadFile(path, f"kind“{meta['kind']}”应是 {'、'.join(KINDS)} 之一", _line_of(body, "kind"))
    is_guide = kind_of(meta) == GUIDE
    for name, needed in FIELDS.items():
        if needed and (is_guide or name not in NEEDED_IN_GUIDES_ONLY) and meta.get(name) in (None, "", []):
            raise BadFile(path, f"缺少“{name}”", _line_of(body, name))
    unknown = sorted(set(map(str, meta)) - set(FIELDS))
    if unknown:
        raise BadFile(path, f"不认识的名称“{unknown[0]}”", _line_of(body, unknown[0]))
    if str(meta["id"]) != PurePosixPath(path).stem:
        raise BadFile(path, f"id“{meta['id']}”应与文件名“{PurePosixPath(path).stem}”相同", _line_of(body, "id"))
    questions, fewest = meta.get("questions") or [], FEWEST_QUESTIONS if is_guide else 0
    if not isinstance(questions, list) or not fewest <= len(questions) <= MOST_QUESTIONS:
        raise BadFile(path, f"questions 应有 {fewest} 到 {MOST_QUESTIONS} 条", _line_of(body, "questions"))
    if not isinstance(meta.get("off") or [], list):
        raise BadFile(path, "off 应是一个列表，写要停用的小标题", _line_of(body, "off"))
    _check_basis(path, meta.get("basis") or [], body)
    _day(path, meta, "reviewed", body)


def _check_basis(path: str, basis: object, body: str) -> None:
    line = _line_of(body, "basis")
    if not isinstance(basis, list):
        raise BadFile(path, "basis 应是一个列表，每行写 {law: …, article: …, number: …}", line)
    for offset, entry in enumerate(basis, 1):
        if not isinstance(entry, dict) or not entry.get("law"):
            raise BadFile(path, "basis 的每一项都要写 law（法规名称）", line + offset)


def _day(path: str, meta: dict[str, Any], name: str, body: str) -> date:
    value = meta[name]
    if not isinstance(value, date):
        raise BadFile(path, f"{name}“{value}”不是日期，请写成 2026-01-31 的样子", _line_of(body, name))
    return value


def _last_day(path: str, meta: dict[str, Any], body: str) -> date | None:
    """The last day the text holds: `until`, or `valid_to` as it was called before."""
    name = "until" if meta.get("until") else "valid_to"
    return _day(path, meta, name, body) if meta.get(name) else None


def _parts(path: str, body: str, start: int, meta: dict[str, Any]) -> list[_Part]:
    """The sections that answer, in order. Each needs a heading of its own and some text; `off` names those left out."""
    parts: list[_Part] = []
    for number, line in enumerate(body.split("\n")[start:], start + 1):
        if line.startswith("## "):
            parts.append(_Part(line[3:].strip(), "", number))
        elif parts:
            parts[-1] = _Part(parts[-1].heading, parts[-1].text + line + "\n", parts[-1].line)
        elif line.strip() and not line.startswith("# "):
            raise BadFile(path, "正文要写在“## 小标题”下面", number)
    if not parts:
        raise BadFile(path, "没有“## ”小标题，没有可以引用的内容", start + 1)
    seen: set[str] = set()
    for part in parts:
        if part.heading in seen:
            raise BadFile(path, f"小标题“{part.heading}”出现了两次", part.line)
        if not part.text.strip():
            raise BadFile(path, f"“{part.heading}”下面没有内容", part.line)
        seen.add(part.heading)
    missing = [name for name in SECTIONS if name not in seen]
    if missing and kind_of(meta) == GUIDE:
        raise BadFile(path, f"缺少小标题“{missing[0]}”", parts[-1].line)
    left = [part for part in parts if part.heading not in (meta.get("off") or [])]
    if not left:
        raise BadFile(path, "所有段落都停用了，没有可以引用的内容", parts[-1].line)
    return left


def _section(meta: dict[str, Any], part: _Part) -> Section:
    asked = " ".join(map(str, [*(meta.get("keywords") or []), *(meta.get("questions") or [])]))
    hint = SECTION_WORDS.get(part.heading, "")
    text = part.text.strip()
    named = f"{meta['title']} {part.heading}"
    return Section(part.heading, text, f"{named} {hint}\n{text}\n{asked}", f"{named}\n{text}")
